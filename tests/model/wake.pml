/* The wake-up: an engine that sleeps when nothing is marked and the writers that wake it, as in
   src/base/dirty_tracker.cpp (mark, set_idle), js/market-memory.js and js/cadence.js.

   WAKE   when all writers have ended and the engine sleeps, everything was scanned: nobody would ever wake it
   A writer that finds the engine asleep but does not notify it leaves it asleep; sleeping never ends by itself
   here, although a real futex may. The writer's look at idle is a plain one in JavaScript; the atomic load of the epoch
   before it keeps it behind the `or` of its bit, and a look before that is a mistake that the model finds. */

#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef UPDATES
#define UPDATES 2
#endif

byte epoch;
byte word[2];               /* one word per buffer is enough: bits of symbols do not interact here */
byte idle;
byte version[WRITERS];      /* one symbol per writer */

bool asleep;                /* in the futex */
byte ended;
byte scanned[WRITERS];
bool WAKE = true;

/* The last step of a mark. Only whoever takes the 1 away notifies. */
inline wake() {
#ifdef NOTIFY_BEFORE_CLEAR
  if
  :: idle == 1 -> asleep = false; idle = 0
  :: else
  fi
#else
  if
  :: idle == 1 ->
     atomic { old = idle; idle = 0 };
#ifndef NO_NOTIFY
     if :: old == 1 -> asleep = false :: else fi
#endif
  :: else
  fi
#endif
}

proctype writer(byte s) {
  byte i, before, after, old;
  do
  :: i < UPDATES ->
     version[s]++;
#ifdef IDLE_BEFORE_BIT
     wake();
#endif
     /* The first look may give an epoch that is over (dirty.pml). */
     atomic { if :: before = epoch :: before = (epoch + 3) % 4 :: before = (epoch + 2) % 4 fi };
     word[before % 2] = word[before % 2] | (1 << s);
     after = epoch;
     if
     :: after != before -> word[after % 2] = word[after % 2] | (1 << s)
     :: else
     fi;
#ifndef IDLE_BEFORE_BIT
     wake();
#endif
     i++;
     before = 0; after = 0; old = 0
  :: else -> break
  od;
  ended++
}

inline cycle() {
  epoch = (epoch + 1) % 4;  /* only its parity and whether it moved matter within two swaps */
  atomic { taken = word[(epoch + 1) % 2]; word[(epoch + 1) % 2] = 0 };
  s = 0;
  do
  :: s < WRITERS ->
     if :: taken & (1 << s) -> scanned[s] = version[s] :: else fi;
     s++
  :: else -> break
  od;
  s = 0; taken = 0
}

active proctype engine() {
  byte s, taken;
  bool nothing;
  do
  :: cycle();
#ifdef LOOK_BEFORE_IDLE
     nothing = (word[0] == 0);
     nothing = nothing && (word[1] == 0);
     if
     :: nothing -> idle = 1
     :: else
     fi;
#else
     idle = 1;
#ifdef LOOK_AT_INACTIVE_ONLY
     nothing = (word[(epoch + 1) % 2] == 0);
#else
     nothing = (word[0] == 0);
     nothing = nothing && (word[1] == 0);
#endif
#endif
     if
     :: nothing ->
        /* The futex compares and goes to sleep in one step. */
#ifdef SLEEP_WITHOUT_COMPARE
        asleep = true;
#else
        atomic { asleep = (idle == 1) };
#endif
        do
        :: !asleep && idle == 1 -> atomic { asleep = (idle == 1) }
        :: !asleep && idle != 1 -> break
        :: asleep && ended == WRITERS ->
           s = 0;
           do
           :: s < WRITERS -> WAKE = (scanned[s] == version[s]); assert(WAKE); s++
           :: else -> goto done
           od
        od
     :: else -> idle = 0
     fi
  od;
done:
  skip
}

init {
  byte i;
  atomic { do :: i < WRITERS -> run writer(i); i++ :: else -> break od }
}
