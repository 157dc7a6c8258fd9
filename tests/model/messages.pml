/* The commands between one client and one worker after another, as in js/engine-link.js, js/engine-client.js,
   js/inbox.js and js/journal.js: ids { incarnation, seq }, resending, duplicates' first answers, replay after a crash.

   The client adds (odd numbers) and removes (even ones) one trader, in order; some commands are refused by the engine
   (REFUSED). The channels drop, duplicate and reorder; the worker crashes at any step and loses all it has.

   ONCE      a command is applied at most once by one incarnation, and after those before it
   OUTCOME   a command settles once, and as it was decided by the incarnation that settled it
   REPLAY    when all is settled and nothing is on its way, the worker's state is the one the client wants */

#ifndef COMMANDS
#define COMMANDS 3
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef DROPS
#define DROPS 1
#endif
#ifndef DUPLICATES
#define DUPLICATES 1
#endif
#ifndef REFUSED
#define REFUSED 0          /* number of the command that the engine refuses, 0 for none */
#endif
#define ROOM 2

/* A command: incarnation, seq, number; number 0 is the journal's state as one command (INIT with `carried`), in seq 1
   of every incarnation but the first, and then `value` is the state. */
chan to_worker = [ROOM] of { byte, byte, byte, bit };
chan to_client = [ROOM] of { byte, byte, bit };      /* incarnation, seq, ok */

byte incarnation;          /* the worker that lives; a crash starts the next one */
bool told;                 /* the client has noticed the crash and replayed */

/* Client. */
byte made;                 /* commands made so far */
byte settled;              /* bit n − 1: command n has settled */
byte oks;                  /* bit n − 1: with a positive answer */
byte taken;                /* answers are taken in order of seq: all up to here were, in this incarnation */
bool init_acked;
bit journal;               /* what the client wants the worker to have */

/* Worker: the last seq applied, its state, and for every seq of this incarnation the first answer. */
byte applied;
bit state;
byte answers;              /* bit seq: ok */

byte drops, duplicates, crashes;
byte i, q, n;
bit v, ok;
bool ONCE = true, OUTCOME = true;

/* Scratch of atomic steps, so that it tells no states apart. */
#define FORGET i = 0; q = 0; n = 0; v = 0; ok = 0

#define ALL ((1 << COMMANDS) - 1)
#define SETTLED(c) ((settled >> ((c) - 1)) & 1)

/* Which command has this seq: those without an answer were sent to the next worker in their order. */
byte number_at[8];
byte sent_seqs;            /* seqs given out in this incarnation */

inline post(which) {
  sent_seqs++;
  number_at[sent_seqs] = which;
}

proctype client() {
  byte s, c;
  bool done;
  do
  :: atomic { made < COMMANDS && told ->
       made++;
       post(made)
     }
  /* Sends, and sends again: any seq that has no answer. The first time is not told from later ones. */
  :: atomic { told && len(to_worker) < ROOM && sent_seqs > 0 ->
       s = 1;
       do
       :: s < sent_seqs -> s++
       :: break
       od;
       c = number_at[s];
       if
       :: (c == 0 && !init_acked) -> to_worker!incarnation, s, 0, journal
       :: (c > 0 && !SETTLED(c)) -> to_worker!incarnation, s, c, 0
       :: else
       fi;
       s = 0; c = 0
     }
  :: atomic { len(to_client) > 0 ->
       if
       :: to_client?i, q, ok
       :: len(to_client) > 1 -> to_client?i, q, ok; to_client!i, q, ok; to_client?i, q, ok
       fi;
       /* One that comes too early is kept by the real client; here it comes again. */
#ifdef ANY_INCARNATION
       if :: told && q <= sent_seqs && q == taken + 1 ->
#else
#ifdef ANSWERS_OUT_OF_ORDER
       if :: told && q <= sent_seqs && i == incarnation ->
#else
       if :: told && q <= sent_seqs && i == incarnation && q == taken + 1 ->
#endif
#endif
          taken = q;
          c = number_at[q];
          if
          :: c == 0 -> init_acked = true
          :: c > 0 && !SETTLED(c) ->
             settled = settled | (1 << (c - 1));
             OUTCOME = OUTCOME && (ok == (c != REFUSED));
             assert(OUTCOME);
             if
#ifdef JOURNAL_TAKES_REFUSED
             :: true -> journal = c & 1
#else
             :: ok -> journal = c & 1; oks = oks | (1 << (c - 1))
             :: else
#endif
             fi
          :: else
          fi
          :: else
          fi;
       c = 0; FORGET
     }
  /* The crash is noticed: a new incarnation, the journal first, then what has no answer, in its order. */
  :: atomic { !told ->
#ifndef ID_REUSE
       incarnation++;
#endif
       sent_seqs = 0;
       init_acked = false;
       taken = 0;
#ifndef NO_REPLAY
       post(0);
#endif
#ifndef DROPS_PENDING
       c = 1;
       do
       :: c <= made ->
          if :: !SETTLED(c) -> post(c) :: else fi;
          c++
       :: else -> break
       od;
#else
       settled = settled | ((1 << made) - 1);
#endif
       c = 0;
       told = true
     }
  :: atomic { made == COMMANDS && settled == ALL && told && (sent_seqs == 0 || number_at[1] != 0 || init_acked) && crashes == CRASHES -> break }
  od
}

proctype network() {
  do
  :: atomic { drops < DROPS && len(to_worker) > 0 -> to_worker?i, q, n, v; drops++; FORGET }
  :: atomic { drops < DROPS && len(to_client) > 0 -> to_client?i, q, ok; drops++; FORGET }
  :: atomic { duplicates < DUPLICATES && len(to_worker) > 0 && len(to_worker) < ROOM ->
       to_worker?i, q, n, v; to_worker!i, q, n, v; to_worker!i, q, n, v; duplicates++; FORGET }
  :: atomic { duplicates < DUPLICATES && len(to_client) > 0 && len(to_client) < ROOM ->
       to_client?i, q, ok; to_client!i, q, ok; to_client!i, q, ok; duplicates++; FORGET }
  :: atomic { made == COMMANDS && settled == ALL && crashes == CRASHES && told -> break }
  od
}

inline apply() {
  /* Whatever is applied comes right behind what was. */
  ONCE = ONCE && (q == applied + 1);
  assert(ONCE);
  applied = q;
  ok = 1;
  if
  :: n == 0 -> state = v
  :: n > 0 && n == REFUSED -> ok = 0
  :: n > 0 && n != REFUSED -> state = n & 1
  fi;
  answers = (answers & ~(1 << q)) | (ok << q)
}

proctype worker() {
  do
  :: atomic { len(to_worker) > 0 && told && len(to_client) < ROOM ->
       if
       :: to_worker?i, q, n, v
       :: len(to_worker) > 1 -> to_worker?i, q, n, v; to_worker!i, q, n, v; to_worker?i, q, n, v
       fi;
       if
       :: i != incarnation          /* E_PROTOCOL */
       :: else ->
          if
#ifdef NO_DEDUP
          :: q <= applied -> applied = q - 1; apply(); to_client!i, q, ok
#else
#ifdef OWN_ANSWER_TO_DUPLICATES
          :: q <= applied -> to_client!i, q, 1
#else
          :: q <= applied -> ok = (answers >> q) & 1; to_client!i, q, ok
#endif
#endif
          :: q == applied + 1 -> apply(); to_client!i, q, ok
#ifdef OUT_OF_ORDER
          :: q > applied + 1 -> apply(); to_client!i, q, ok
#else
          :: q > applied + 1        /* kept by the real one; here it comes again */
#endif
          fi
       fi;
       FORGET
     }
  :: atomic { crashes < CRASHES && told -> crashes++; told = false; applied = 0; state = 0; answers = 0 }
  :: atomic { made == COMMANDS && settled == ALL && crashes == CRASHES && told &&
              (number_at[1] != 0 || init_acked) -> break }
  od
}

bool REPLAY;

init {
  atomic { told = true; number_at[1] = 9; run client(); run network(); run worker() };
  (_nr_pr == 1);
  REPLAY = (state == journal);
  assert(REPLAY);
  OUTCOME = (settled == ALL) && (oks == (ALL & ~((1 << REFUSED) >> 1)));
  assert(OUTCOME)
}
