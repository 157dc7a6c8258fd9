/* The client of messages.pml: what it sends, how it takes answers, what it keeps for the next worker. */

inline post(which) {
  seqs[life]++;
  call_at[AT(life, seqs[life])] = which;
  heard_at[seqs[life]] = (SAYS_HEARD -> HEARD : 0)
}

inline make(what, ref) {
  made++;
  op[made] = what;
  about[made] = ref;
  pending = pending | BIT(made);
#ifdef JOURNAL_BEFORE_ANSWER
  note(made, true);
#endif
  if
  :: linked -> post(made)
  :: else
  fi
}

/* An answer enters the journal. A refused removal counts too: there is no such trader then. */
inline note(which, ok) {
  if
  :: op[which] == REMOVE -> journal[about[which]] = 0
#ifdef JOURNAL_TAKES_REFUSED
  :: op[which] == ADD -> journal[about[which]] = BIT(which)
#else
  :: op[which] == ADD && (ok) -> journal[about[which]] = BIT(which)
#endif
  :: op[which] == UPDATE && (ok) && journal[about[which]] != 0 ->
     journal[about[which]] = journal[about[which]] | BIT(which)
  :: else
  fi
}

inline tell(which, how) {
  OUTCOME = (outcome[which] == 0);
  assert(OUTCOME);
  outcome[which] = how;
  if
  :: op[which] == ADD && how != DONE -> known = known & ~BIT(about[which])
  :: else
  fi
}

inline answered(which, ok) {
  pending = pending & ~BIT(which);
  if
#ifdef SETTLES_TWICE
  :: true ->
#else
  :: outcome[which] == 0 ->
#endif
     OUTCOME = (decision[which] == (ok -> DONE : REFUSED));
     assert(OUTCOME);
     tell(which, (ok -> DONE : REFUSED));
     note(which, ok)
  :: else ->
     /* The caller was told already, but the journal follows the engine. */
#ifndef LATE_ANSWER_IGNORED
     note(which, ok)
#else
     skip
#endif
  fi
}

inline take_answer(q, ok) {
  if
  :: linked && q > taken && q <= seqs[life] && !HAS(early, q) ->
     early = early | BIT(q);
#ifdef HEARD_COUNTS_EARLY
     newest = (q > newest -> q : newest);
#endif
     early_ok = early_ok | ((ok) << (q));
#ifdef ANSWERS_OUT_OF_ORDER
     n = q;
     if
#else
     do
     :: HAS(early, taken + 1) ->
        taken++;
        n = taken;
        if
#endif
        :: call_at[AT(life, n)] != 0 && HAS(pending, call_at[AT(life, n)]) ->
           answered(call_at[AT(life, n)], HAS(early_ok, n))
        :: else
        fi
#ifndef ANSWERS_OUT_OF_ORDER
     :: else -> break
     od
#endif
  :: else
  fi;
  n = 0
}

inline give_up(which) {
  give_ups++;
  tell(which, GIVEN_UP);
#ifdef FORGETS_REMOVALS
  if
  :: op[which] == REMOVE -> journal[about[which]] = 0
  :: else
  fi;
#endif
  if
#ifdef FORGETS_REMOVALS
  :: !linked -> pending = pending & ~BIT(which)
#else
  :: !linked && op[which] != REMOVE -> pending = pending & ~BIT(which)
#endif
  :: else
  fi;
  /* The engine must not keep a trader that no caller knows. The window does not refuse this removal. */
#ifndef NO_COMPENSATION
  count_pending();
  if
#ifdef COMPENSATION_REFUSED
  :: op[which] == ADD && n < WINDOW -> make(REMOVE, about[which])
#else
  :: op[which] == ADD -> make(REMOVE, about[which])
#endif
  :: else
  fi;
  n = 0
#endif
}

inline count_pending() {
  n = 0;
  i = 1;
  do
  :: i <= made -> n = n + HAS(pending, i); i++
  :: else -> break
  od;
  i = 0
}

/* The worker's death is noticed: what is sent to the next one, and what is not. */
inline lose() {
  linked = false;
  i = (running -> queue[applied + 1] - 1 : 0);
  if
  :: i != 0 && HAS(pending, i) && HAS(blamed, i) ->
     /* E_POISON: it ran at two deaths. A removal takes along what is still to be done to its trader. */
#ifdef POISON_NOT_NOTED
     n = i;
#else
     note(i, false);
#ifdef POISON_LEAVES_ADD
     n = i;
#else
     n = (op[i] == REMOVE -> 1 : i);
#endif
#endif
     s = about[i];
     do
     :: n <= i ->
        if
        :: about[n] == s && HAS(pending, n) ->
           pending = pending & ~BIT(n);
           if
           :: outcome[n] == 0 -> tell(n, REFUSED)
           :: else
           fi
        :: else
        fi;
        n++
     :: else -> break
     od;
     n = 0; s = 0
  :: i != 0 && HAS(pending, i) && !HAS(blamed, i) -> blamed = blamed | BIT(i)
  :: else
  fi;
  /* What was given up is not sent again, except removals: whatever their callers waited for, they stay wanted. */
  i = 1;
  do
  :: i <= made ->
     if
#ifdef FORGETS_REMOVALS
     :: outcome[i] != 0 -> pending = pending & ~BIT(i)
#else
     :: outcome[i] != 0 && op[i] != REMOVE -> pending = pending & ~BIT(i)
#endif
     :: else
     fi;
     i++
  :: else -> break
  od;
  i = 0
}

inline carry_on() {
#ifdef CARRIES_BACKWARDS
  i = made;
  do
  :: i > 0 ->
     if :: HAS(pending, i) -> post(i) :: else fi;
     i--
  :: else -> break
  od
#else
  i = 1;
  do
#ifdef DROPS_UNANSWERED
  :: false ->
#else
  :: i <= made ->
#endif
     if :: HAS(pending, i) -> post(i) :: else fi;
     i++
  :: else -> break
  od
#endif
}

/* The next life: a worker that knows nothing, told the journal, and then what has no answer, in its order. */
inline restart() {
  life++;
  alive = true;
  applied = 0; running = false; answers = 0; last = 0;
  i = 0;
  do
  :: i < SEATS -> queue[i] = 0; i++
  :: else -> break
  od;
  i = 0;
  do
  :: i <= CALLS -> decision[i] = 0; i++
  :: else -> break
  od;
  i = 0;
  do
  :: i < REFS ->
     engine[i] = 0;
#ifndef NO_REPLAY
     carried[i] = journal[i];
#endif
     i++
  :: else -> break
  od;
  linked = true;
  i = 0;
  do
  :: i < SEATS -> heard_at[i] = 0; i++
  :: else -> break
  od;
#ifdef HEARD_OVER_LIVES
  before = taken;
#endif
  taken = 0; early = 0; early_ok = 0;
#ifdef HEARD_COUNTS_EARLY
  newest = 0;
#endif
#ifdef CALLS_BEFORE_REPLAY
  carry_on();
  post(0);
#else
  post(0);
  carry_on();
#endif
  i = 0
}
