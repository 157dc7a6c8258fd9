/* The dirty tracker: mark, swap, drain, commit and put back, as in src/base/dirty_tracker.cpp and
   js/market-memory.js. Every interleaving of WRITERS writers, each with UPDATES updates of any symbol, with an
   engine that runs CYCLES cycles while they write and two more when they have ended.

   SAFE   at rest every version was scanned
   FRESH  what a mark that returned in cycle E marked is scanned when cycle E + 1 has committed; a cycle that
          failed counts as if its obligations were the next one's

   Every atomic access is one step, because all atomics of JavaScript and WebAssembly are sequentially
   consistent; weaker orders are Relacy's part (tests/relacy). The first look at the epoch is a plain one in JavaScript:
   it may give an epoch that is over, back to STALE swaps ago. (Older ones do the same: only whether it is the second
   look's epoch counts, and which buffer it names.) A name in capitals behind an #ifdef is a mistake made
   on purpose, listed with what it breaks in models.mjs. */

#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef SYMBOLS
#define SYMBOLS 2
#endif
#ifndef UPDATES
#define UPDATES 2
#endif
#ifndef CYCLES
#define CYCLES 3
#endif
#ifndef FAILURES
#define FAILURES 1          /* cycles that may fail */
#endif
#ifndef STALE
#define STALE 2
#endif
#ifndef PER_WORD
#define PER_WORD 2          /* symbols that share a word */
#endif
#ifndef CHECK_FRESH
#define CHECK_FRESH 1       /* 0: only SAFE, to tell what is lost from what is late */
#endif
#define WORDS ((SYMBOLS + PER_WORD - 1) / PER_WORD)
#define LAST_CYCLE (CYCLES + FAILURES + 2)

byte epoch;                 /* as in shared memory */
byte word[2 * WORDS];       /* buffer A, buffer B */
byte version[SYMBOLS];      /* the data: a version stands for what was published with it */

byte ended;                 /* writers that have ended */
byte scanned[SYMBOLS];      /* by committed cycles */
byte due[(LAST_CYCLE + 2) * SYMBOLS];   /* what each cycle must have scanned when it commits */
bool SAFE = true;
bool FRESH = true;

#define WORD_OF(buffer, s) word[(buffer) * WORDS + (s) / PER_WORD]
#define BIT_OF(s) (1 << ((s) % PER_WORD))

#ifdef MARK_WITHOUT_RMW
#define SET_BIT(buffer, s) old = WORD_OF(buffer, s); WORD_OF(buffer, s) = old | BIT_OF(s)
#else
#define SET_BIT(buffer, s) WORD_OF(buffer, s) = WORD_OF(buffer, s) | BIT_OF(s)
#endif

/* Once more after each older value, so that every one of them is tried. */
inline first_look() {
  before = epoch;
  do
  :: before > 0 && epoch - before < STALE -> before--
  :: break
  od
}

inline mark(s) {
#ifndef CLEAR_SEEN_AFTER_WORK
  atomic { first_look() };
#endif
#ifdef RECHECK_BEFORE_BIT
  after = epoch;
#endif
  SET_BIT(before % 2, s);
#ifndef NO_RECHECK
#ifndef RECHECK_BEFORE_BIT
  after = epoch;
#endif
  if
  :: after != before ->
#ifdef RECHECK_OLD_BUFFER
     SET_BIT(before % 2, s)
#else
     SET_BIT(after % 2, s)
#endif
  :: else
  fi;
#endif
}

/* The obligation of a mark that returns now. */
inline owe(s, v) {
  if
  :: due[(epoch + 1) * SYMBOLS + s] < v -> due[(epoch + 1) * SYMBOLS + s] = v
  :: else
  fi
}

proctype writer() {
  byte i, s, v, before, after, old;
  do
  :: i < UPDATES ->
#ifdef BIT_BEFORE_DATA
     if :: s = 0 :: s = SYMBOLS - 1 fi;
     mark(s);
     atomic { version[s]++; v = version[s] };
#else
#ifdef CLEAR_SEEN_AFTER_WORK
     atomic { first_look() };
#endif
     atomic {
       if :: s = 0 :: s = SYMBOLS - 1 fi;
       version[s]++;
       v = version[s]
     };
     mark(s);
#endif
     d_step {
       owe(s, v);
       s = 0; v = 0; before = 0; after = 0; old = 0;
       i++
     }
  :: else -> break
  od;
  ended++
}

byte taken[WORDS];          /* the engine's own: the change set of the cycle */
byte result[SYMBOLS];       /* scanned, not yet committed */

inline swap() { epoch++ }

/* Word by word out of the inactive buffer; the look saves the exchange on untouched words. */
inline drain() {
  w = 0;
  do
  :: w < WORDS ->
#ifdef CLEAR_AFTER_WORK
     taken[w] = word[((epoch + 1) % 2) * WORDS + w];
#else
#ifdef CLEAR_SEEN_AFTER_WORK
     taken[w] = word[((epoch + 1) % 2) * WORDS + w];
#else
     if
#ifdef LOOK_BEFORE_SWAP
     :: looked[w] == 0 -> taken[w] = 0
#else
     :: word[((epoch + 1) % 2) * WORDS + w] == 0 -> taken[w] = 0
#endif
     :: else ->
#ifdef DRAIN_WITHOUT_RMW
        taken[w] = word[((epoch + 1) % 2) * WORDS + w];
        word[((epoch + 1) % 2) * WORDS + w] = 0
#else
        atomic {
          taken[w] = word[((epoch + 1) % 2) * WORDS + w];
          word[((epoch + 1) % 2) * WORDS + w] = 0
        }
#endif
     fi;
#endif
#endif
     w++
  :: else -> break
  od;
  w = 0
}

inline scan() {
  s = 0;
  do
  :: s < SYMBOLS ->
     if
     :: taken[s / PER_WORD] & BIT_OF(s) -> result[s] = version[s]
     :: else
     fi;
     s++
  :: else -> break
  od;
  s = 0
}

/* For mutants only: flags cleared once the work is done. */
inline clear_after() {
  w = 0;
  do
  :: w < WORDS ->
#ifdef CLEAR_AFTER_WORK
     word[((epoch + 1) % 2) * WORDS + w] = 0;
#endif
#ifdef CLEAR_SEEN_AFTER_WORK
     word[((epoch + 1) % 2) * WORDS + w] = word[((epoch + 1) % 2) * WORDS + w] & (255 - taken[w]);
#endif
     w++
  :: else -> break
  od;
  w = 0
}

inline put_back() {
  s = 0;
  do
  :: s < SYMBOLS ->
     if
     :: taken[s / PER_WORD] & BIT_OF(s) -> mark(s)
     :: else
     fi;
     s++
  :: else -> break
  od;
  s = 0; before = 0; after = 0; old = 0
}

/* The checks and the book-keeping of obligations are no steps of the protocol. */
inline commit() {
  d_step {
    s = 0;
    do
    :: s < SYMBOLS ->
       scanned[s] = (taken[s / PER_WORD] & BIT_OF(s) -> result[s] : scanned[s]);
       FRESH = (!CHECK_FRESH || scanned[s] >= due[epoch * SYMBOLS + s]);
       assert(FRESH);
       due[epoch * SYMBOLS + s] = 0;
       result[s] = 0;
       s++
    :: else -> break
    od;
    s = 0
  }
}

inline fail() {
#ifndef NO_PUT_BACK
  put_back();
#endif
  d_step {
    s = 0;
    do
    :: s < SYMBOLS ->
       if
       :: due[(epoch + 1) * SYMBOLS + s] < due[epoch * SYMBOLS + s] ->
          due[(epoch + 1) * SYMBOLS + s] = due[epoch * SYMBOLS + s]
       :: else
       fi;
       due[epoch * SYMBOLS + s] = 0;
       result[s] = 0;
       s++
    :: else -> break
    od;
    s = 0
  }
}

active proctype engine() {
  byte c, w, s, before, after, old, failed;
  bool at_rest;
#ifdef LOOK_BEFORE_SWAP
  byte looked[WORDS];
#endif
  do
  :: c < CYCLES || (ended == WRITERS && c < CYCLES + 2 + failed) ->
     at_rest = (c >= CYCLES);
#ifdef DRAIN_BEFORE_SWAP
     drain();
     swap();
#else
#ifdef LOOK_BEFORE_SWAP
     w = 0;
     do :: w < WORDS -> looked[w] = word[(epoch % 2) * WORDS + w]; w++ :: else -> break od;
#endif
     swap();
     drain();
#endif
     scan();
     clear_after();
     if
     :: commit()
     :: failed < FAILURES && !at_rest -> failed++; fail()
     fi;
     c++
  :: ended == WRITERS && c >= CYCLES + 2 + failed -> break
  od;
  s = 0;
  do
  :: s < SYMBOLS -> SAFE = (scanned[s] == version[s]); assert(SAFE); s++
  :: else -> break
  od
}

init {
  byte i;
  atomic { do :: i < WRITERS -> run writer(); i++ :: else -> break od }
}
