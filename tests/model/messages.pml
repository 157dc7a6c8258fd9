/* The commands of one client to one worker after another, as in js/engine-client.js, js/engine-link.js, js/journal.js,
   js/trader-commands.js (client) and js/inbox.js (worker): ids { incarnation, seq }, queue, first answers, deadlines,
   death, replay, and the answers that the worker lets go of because the client has heard them.

   The network is as bad as can be: a message that was posted may be delivered at any later time, any number of times,
   in any order, or never, to whatever worker or client there is then. So dropping, duplicating, reordering, delaying
   and sending again need no steps of their own before the calm. Each step is one turn of an event loop, hence atomic.

   ONCE      a worker carries a command out at most once, and in the order in which the client made them
   OUTCOME   a caller hears of its command once, and never what its worker did not decide
   SETTLED   whenever the faults stop and a few rounds of resends get through, nothing waits any more, at either end
   WANTED    then the engine has the traders that the callers were told of, and the journal says the same, so that one
             more death would change nothing */

#ifndef COMMANDS
#define COMMANDS 3          /* that callers make */
#endif
#ifndef REFS
#define REFS 2              /* traders; a ref is never used twice */
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef GIVE_UPS
#define GIVE_UPS 1          /* calls that end by deadline or abort */
#endif
#ifndef REFUSALS
#define REFUSALS 1          /* commands that the engine refuses although it could carry them out */
#endif
#ifndef WINDOW
#define WINDOW COMMANDS     /* most calls on their way; a caller beyond it is refused at once */
#endif
#ifndef RESEND
#define RESEND 2            /* commands that are sent again in one round */
#endif
#ifndef CHECK_QUEUE
#define CHECK_QUEUE 1       /* 0: SETTLED passes over messages that stay in the worker's queue */
#endif
#ifndef SAYS_HEARD
#define SAYS_HEARD 1        /* 0: commands do not say which answers the client has, and all are kept */
#endif
#define CALLS (COMMANDS + GIVE_UPS)
#define SEATS (CALLS + 4)
#ifdef QUEUE_BELOW_WINDOW
#define ROOM 1
#else
#define ROOM SEATS          /* commands that the worker queues */
#endif
#ifdef ANSWERS_BELOW_WINDOW
#define ANSWERS 1
#else
#define ANSWERS SEATS       /* first answers that it keeps */
#endif

#define BIT(n) (1 << (n))
#define HAS(set, n) (((set) >> (n)) & 1)
#define AT(l, q) ((l) * SEATS + (q))

/* What a call wants; INIT is the number 0 and no call of a caller. */
#define ADD 1
#define UPDATE 2
#define REMOVE 3
/* How its caller heard of it. */
#define DONE 1
#define REFUSED 2
#define GIVEN_UP 3

/* Client: calls by number, from 1. */
byte made;
byte commands;
byte op[CALLS + 1];
byte about[CALLS + 1];
byte outcome[CALLS + 1];
short pending;              /* set of calls that were not answered, whatever their callers were told */
short blamed;               /* set of calls that ran when a worker died */
byte refs;                  /* given out */
byte known;                 /* set of refs of which a caller may still say something */
/* A trader is the set of calls that made it what it is: its ADD and the UPDATEs since; 0: there is none. */
short journal[REFS];

/* Client: the conversation with one worker, a life. Messages of earlier lives are still on their way. */
byte life;
bool linked = true;
byte seqs[CRASHES + 1];                     /* posted so far */
byte call_at[(CRASHES + 1) * SEATS];        /* seq → call */
byte taken;                                 /* answers are handed on in order of seq: all up to here were */
/* What a message of this life says of it, and says again whenever it is sent again; of other lives none is taken. */
byte heard_at[SEATS];
#ifdef HEARD_COUNTS_EARLY
byte newest;
#define HEARD newest
#else
#ifdef HEARD_OVER_LIVES
byte before;
#define HEARD (taken > before -> taken : before)
#else
#define HEARD taken
#endif
#endif
short early, early_ok;                      /* sets of seqs: answers that came before those of older commands */

/* Worker. */
bool alive = true;
byte applied;
bool running;               /* the command behind `applied` has had its effect and is not answered yet */
byte queue[SEATS];          /* seq → call + 1 */
short answers;              /* set of seqs whose first answer is ok and kept: to others a duplicate is refused */
short said_ok[CRASHES + 1], said_no[CRASHES + 1], said_busy[CRASHES + 1];   /* posted */
short engine[REFS];
short carried[REFS];        /* the journal in this life's INIT */

byte crashes, give_ups, refusals;
bool calm;

/* What this worker has decided, for the properties alone. */
byte decision[CALLS + 1];
byte last;
bool ONCE = true, OUTCOME = true, SETTLED = true, WANTED = true;

#ifdef ID_REUSE
#define SAME_ID(l) true
#else
#define SAME_ID(l) ((l) == life)
#endif

#include "messages-client.pml"
#include "messages-worker.pml"

/* ---- the calm: no fault any more, and what was on its way is lost ---- */

inline settle_down() {
  if :: !alive && linked -> lose() :: else fi;
  if :: !linked -> restart() :: else fi;
  said_ok[life] = 0;
  said_no[life] = 0;
  round = 0;
  do
  :: round < 2 * SEATS && (pending != 0 || taken < seqs[life] || running || READY) ->
#ifndef NO_RESEND
     /* The oldest ones that have no answer; in a network without faults the worker has them before the answers come. */
     s = taken + 1;
     c = 0;
     do
     :: s <= seqs[life] && c < RESEND ->
        if
        :: !HAS(early, s) -> receive(life, s); c++
        :: else
        fi;
        s++
     :: else -> break
     od;
#endif
     work();
     s = 1;
     do
     :: s <= seqs[life] ->
        if
        :: HAS(said_ok[life] | said_no[life], s) -> take_answer(s, HAS(said_ok[life], s))
        :: else
        fi;
        s++
     :: else -> break
     od;
     said_ok[life] = 0;
     said_no[life] = 0;
     round++
  :: else -> break
  od
}

inline check_all() {
  SETTLED = (pending == 0 && !running);
  i = 0;
  do
  :: i < SEATS -> SETTLED = SETTLED && (queue[i] == 0 || !CHECK_QUEUE); i++
  :: else -> break
  od;
  i = 1;
  do
  :: i <= made -> SETTLED = SETTLED && outcome[i] != 0; i++
  :: else -> break
  od;
  assert(SETTLED);
  /* must: what callers were told is so; may: what they gave up and never heard of. */
  s = 0;
  do
  :: s < refs ->
     must = 0;
     may = 0;
     i = 1;
     do
     :: i <= made ->
        if
        :: about[i] == s && op[i] == ADD && outcome[i] == DONE -> must = BIT(i)
        :: about[i] == s && op[i] == UPDATE && outcome[i] == DONE && must != 0 -> must = must | BIT(i)
        :: about[i] == s && op[i] == UPDATE && outcome[i] == GIVEN_UP && must != 0 -> may = may | BIT(i)
        :: about[i] == s && op[i] == REMOVE -> must = 0; may = 0
        :: else
        fi;
        i++
     :: else -> break
     od;
     WANTED = ((engine[s] & ~may) == must && engine[s] == journal[s]);
     assert(WANTED);
     s++
  :: else -> break
  od
}

active proctype world() {
  byte l, s, c, i, n, round;
  short must, may;
  bool ok;
  do
  /* A caller. */
  :: atomic { commands < COMMANDS ->
       count_pending();
       if
       :: n < WINDOW ->
          commands++;
          n = 0;
          if
          :: refs < REFS ->
             make(ADD, refs);
             known = known | BIT(refs);
             refs++
          :: known != 0 ->
             if
             :: HAS(known, 0) -> c = 0
#if REFS > 1
             :: HAS(known, 1) -> c = 1
#endif
             fi;
             if
             :: make(UPDATE, c)
             :: known = known & ~BIT(c); make(REMOVE, c)
             fi
          :: refs == REFS && known == 0
          fi
       :: else
       fi;
       n = 0; c = 0
     }
  :: atomic { give_ups < GIVE_UPS && made > 0 ->
       c = 1;
       do
       :: c < made -> c++
       :: break
       od;
       if
       :: HAS(pending, c) && outcome[c] == 0 -> give_up(c)
       :: else
       fi;
       c = 0
     }
  /* The network: a command or an answer of any life. */
  :: atomic { alive ->
       do
       :: l < life -> l++
       :: break
       od;
       s = 1;
       do
       :: s < seqs[l] -> s++
       :: break
       od;
       if
       :: seqs[l] > 0 -> receive(l, s)
       :: else
       fi;
       l = 0; s = 0
     }
  :: atomic { linked ->
       do
       :: l < life -> l++
       :: break
       od;
       s = 1;
       do
       :: s < SEATS - 1 -> s++
       :: break
       od;
#ifndef CLIENT_TAKES_ANY_INCARNATION
       if
       :: SAME_ID(l) ->
#endif
          c = 2;
          if
          :: HAS(said_ok[l], s) -> c = 1
          :: HAS(said_no[l], s) -> c = 0
#ifdef SETTLES_WHEN_BUSY
          :: HAS(said_busy[l], s) -> c = 0
#endif
          :: else
          fi;
          if
          :: c < 2 -> take_answer(s, c)
          :: else
          fi;
          c = 0
#ifndef CLIENT_TAKES_ANY_INCARNATION
       :: else
       fi
#endif
       ;
       l = 0; s = 0
     }
#ifdef RESENDS_UNDER_NEW_IDS
  :: atomic { linked && seqs[life] == made && taken < made && made > 0 -> post(call_at[AT(life, taken + 1)]) }
#endif
  /* The worker. */
#ifdef OUT_OF_ORDER
  :: atomic { alive && !running && queue[applied + 1] == 0 && queue[applied + 2] != 0 ->
       effect(queue[applied + 2] - 1); say(applied + 2, ok); ok = false; queue[applied + 2] = 0 }
#endif
  :: atomic { READY -> begin() }
  :: atomic { alive && running -> finish() }
  /* Death, its discovery, the next worker. */
  :: atomic { crashes < CRASHES && alive -> crashes++; alive = false }
  :: atomic { !alive && linked -> lose() }
  :: atomic { !linked -> restart() }
  :: atomic { calm = true; settle_down(); check_all(); goto done }
  od;
done:
  skip
}
