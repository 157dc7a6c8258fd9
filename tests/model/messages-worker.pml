/* The worker of messages.pml: its queue, what commands do to the engine, first answers. */

/* Carries a call out; `ok` becomes what it comes to. */
inline effect(which) {
  if
  :: (which) == 0 ->
     ok = true;
     i = 0;
     do
     :: i < REFS -> engine[i] = carried[i]; i++
     :: else -> break
     od;
     i = 0
  :: else ->
     ONCE = (decision[which] == 0 && (which) > last);
     assert(ONCE);
     last = which;
     ok = ((op[which] == ADD) == (engine[about[which]] == 0));
     if
     :: ok && refusals < REFUSALS && op[which] != REMOVE && !calm -> ok = false; refusals++
     :: true
     fi;
     if
     :: ok && op[which] == REMOVE -> engine[about[which]] = 0
     :: ok && op[which] != REMOVE -> engine[about[which]] = engine[about[which]] | BIT(which)
     :: else
     fi;
     decision[which] = (ok -> DONE : REFUSED)
  fi
}

inline say(q, good) {
  if
  :: good -> said_ok[life] = said_ok[life] | BIT(q)
  :: else -> said_no[life] = said_no[life] | BIT(q)
  fi
}

inline receive(l, q) {
  if
#ifdef WORKER_TAKES_ANY_INCARNATION
  :: false
#else
  :: !SAME_ID(l)
#endif
  :: else ->
#ifdef FORGETS_ALL_BEFORE
     answers = answers & ~(BIT(q) - 1);
#else
     answers = answers & ~(BIT(heard_at[q] + 1) - 1);
#endif
     if
     :: (q) <= applied ->
#ifdef NO_DEDUP
        if
        :: !running -> effect(call_at[AT(l, q)]); say(q, ok); ok = false
        :: else
        fi
#else
#ifdef OWN_ANSWER_TO_DUPLICATES
        say(q, true)
#else
#ifdef NO_ANSWER_TO_DUPLICATES
        skip
#else
        if
        :: (q) + ANSWERS > applied -> say(q, HAS(answers, q))
        :: else -> say(q, false)
        fi
#endif
#endif
#endif
     :: (q) > applied && queue[q] == 0 ->
        n = 0;
        i = 0;
        do
        :: i < SEATS -> n = n + (queue[i] != 0 -> 1 : 0); i++
        :: else -> break
        od;
        i = 0;
        if
        :: n < ROOM -> queue[q] = call_at[AT(l, q)] + 1
        :: else -> said_busy[life] = said_busy[life] | BIT(q)
        fi;
        n = 0
     :: else
     fi
  fi
}

#define READY (alive && !running && queue[applied + 1] != 0)

inline begin() {
  running = true;
  effect(queue[applied + 1] - 1);
  answers = answers | (ok << (applied + 1));
  ok = false
}

inline finish() {
  running = false;
  applied++;
  queue[applied] = 0;
  say(applied, HAS(answers, applied))
}

inline work() {
  do
  :: running -> finish()
  :: READY -> begin()
  :: else -> break
  od
}
