/* A symbol is removed and its slot given to another one while writers write, as in src/market/symbol_table.h,
   src/market/writer.cpp (enter, leave) and js/market-memory.js.

   CLEAN   the slot that a new symbol gets holds nothing of an old one, now or later
   One slot, removed and used again RENEWALS times; each writer tries WRITES times with the newest key that it has
   seen. A write is two steps, so that a removal may come in between.

   Taking the word back is a plain store in JavaScript. What the write stored comes before the mark's atomic `or`, that
   before its atomic load, and that before the plain store, so the order of these steps is what others see. Two plain
   stores that nothing atomic parts have no order: the data's among each other, and, as a mistake, the last of them and
   the word. */

#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef WRITES
#define WRITES 2
#endif
#ifndef RENEWALS
#define RENEWALS 2
#endif

byte generation = 1;        /* of the slot */
bool free;                  /* removed, not yet used again */
byte writing[WRITERS];      /* 1: in the slot */
bool CLEAN = true;
byte data[2];               /* the record: the generation whose write stored each half, 0 for nothing */

proctype writer(byte w) {
  byte i, key, seen;
  do
  :: i < WRITES ->
     /* Some key that was valid at some time: fresh from the table, or kept from the last write. */
     if
     :: atomic { !free -> key = generation }
     :: key != 0
     :: else -> atomic { !free -> key = generation }
     fi;
#ifdef LOOK_BEFORE_WORD
     seen = generation;
     writing[w] = 1;
#else
     writing[w] = 1;
#ifdef NO_LOOK
     seen = key;
#else
     seen = generation;
#endif
#endif
     if
     :: seen == key ->
#ifdef LEAVE_BEFORE_END
        data[0] = key;
        writing[w] = 0;
        data[1] = key
#else
#ifdef STORES_BEHIND_THE_MARK
        data[0] = key;
        if
        :: data[1] = key; writing[w] = 0
        :: writing[w] = 0; data[1] = key
        fi
#else
        if
        :: data[0] = key; data[1] = key
        :: data[1] = key; data[0] = key
        fi;
        writing[w] = 0
#endif
#endif
     :: else -> writing[w] = 0
     fi;
     i++; seen = 0
  :: else -> break
  od
}

inline wait_for_writers() {
  w = 0;
  do
  :: w < WRITERS -> writing[w] == 0; w++
  :: else -> break
  od;
  w = 0
}

active proctype engine() {
  byte r, w;
  do
  :: r < RENEWALS ->
#ifdef LOOK_BEFORE_BUMP
     wait_for_writers();
     atomic { generation++; free = true };
#else
     atomic { generation++; free = true };
#ifndef NO_WAIT
     wait_for_writers();
#endif
#endif
#ifndef NO_RESET
     data[0] = 0;
     data[1] = 0;
#endif
     free = false;
     r++
  :: else -> break
  od
}

/* Looks once, and so at every moment that there is. */
active proctype watcher() {
  atomic {
    CLEAN = (free || ((data[0] == 0 || data[0] == generation) && (data[1] == 0 || data[1] == generation)));
    assert(CLEAN)
  }
}

init {
  byte i;
  atomic { do :: i < WRITERS -> run writer(i); i++ :: else -> break od }
}
