/* The sweep: the slow second look for updates whose dirty bit was lost, as in src/scan/sweep.cpp, beside writers that
   may be paused between an update and its bit (js/market-memory.js, src/market/writer.cpp).

   QUIET   as long as no bit was lost, the sweep finds nothing
   FOUND   at rest everything was scanned, although a bit was lost
   One record, written by two writers one after the other (the second takes over when the first lets go). At most LOST
   bits are taken and forgotten. Of the tracker the model knows what dirty.pml proves: a bit is drained in the next
   cycle or the one after. */

#ifndef UPDATES
#define UPDATES 2           /* of each writer */
#endif
#ifndef CYCLES
#define CYCLES 4
#endif
#ifndef LOST
#define LOST 1
#endif
#define WRITERS 2
#define NEVER 255
#ifdef VERIFY_TOO_EARLY
#define CYCLES_BETWEEN 1
#else
#define CYCLES_BETWEEN 2
#endif

byte version;
byte owner = 1;             /* the writer that may write: its number from 1, 0 for nobody */
byte writing[WRITERS + 1];  /* 1: in the slot */
byte flag;                  /* 0, 1 set, 2 set and in the buffer that the next drain takes */
byte ended;
bool QUIET = true;
bool FOUND = true;

/* Drained in this cycle or in the next, or set already. */
inline mark() { flag = (flag == 0 -> 1 : flag) }

proctype writer(byte id) {
  byte i;
  owner == id;
  do
  :: i < UPDATES ->
#ifdef VERSION_BEFORE_WORD
     version++;
     writing[id] = 1;
#else
     writing[id] = 1;
     version++;
#endif
#ifdef LEAVE_BEFORE_MARK
     writing[id] = 0;
     mark();
#else
     mark();
     writing[id] = 0;
#endif
     i++
  :: else -> break
  od;
  owner = 0;
  if
  :: id < WRITERS -> owner = id + 1
  :: else
  fi;
  ended++
}

byte scanned;
byte noted;
byte lost;

inline cycle() {
  atomic {
    if
    :: flag == 1 -> flag = 2; taken = false     /* it came too late for this drain */
    :: flag != 0 -> flag = 0; taken = true
    :: else -> taken = false
    fi
  };
  if
  :: taken && lost < LOST -> lost++           /* the fault */
  :: taken -> scanned = version
  :: else
  fi;
  taken = false
}

/* The record's version, if its writer has marked it; otherwise what was scanned, which is never found. */
inline note() {
#ifdef LOOK_BEFORE_VERSION
  by = owner;
  inside = (by != 0 && writing[by] == 1);
  noted = version;
#else
  noted = version;
#ifndef NO_LOOK
  by = owner;
  inside = (by != 0 && writing[by] == 1);
#endif
#endif
  noted = (inside -> scanned : noted);
  by = 0; inside = false
}

inline verify() {
#ifdef NO_VERIFY
  skip
#else
  if
  :: noted > scanned ->
     QUIET = (lost > 0);
     assert(QUIET);
#ifndef NOT_MARKED_AGAIN
     mark()
#endif
  :: else
  fi
#endif
}

active proctype engine() {
  byte c, by, rest, since = NEVER;
  bool taken, inside;
  do
  :: (c < CYCLES || ended == WRITERS) && rest < 2 * (CYCLES_BETWEEN + 1) + 2 ->
     if
     :: ended == WRITERS -> rest++
     :: else -> c++
     fi;
     cycle();
     if
     :: since == CYCLES_BETWEEN -> verify(); since = NEVER
     :: else
     fi;
     if
     :: since == NEVER -> note(); since = 1
     :: else -> since++
     fi
  :: rest == 2 * (CYCLES_BETWEEN + 1) + 2 -> break
  od;
  FOUND = (scanned == version);
  assert(FOUND)
}

init {
  byte i = 1;
  atomic { do :: i <= WRITERS -> run writer(i); i++ :: else -> break od }
}
