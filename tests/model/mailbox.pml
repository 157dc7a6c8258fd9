/* The triple-buffered mailbox as in src/base/mailbox.h and js/market-memory.js: WRITERS threads that hand one
   record from one to the other, each with UPDATES partial updates, and one reader that takes TAKES times.

   A record has two fields and the number of its publication. An update changes one field and keeps the other,
   which it copies from the slot published last. Fields are read and written one by one.

   TORN   a record that was taken is exactly the one that was published under its number
   FRESH  what was published before a take began is not missing from it, and a version that was seen means
          that its record can be taken
   ORDER  no record that was taken is older than one taken before */

#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef UPDATES
#define UPDATES 2
#endif
#ifndef TAKES
#define TAKES 3
#endif
#define ALL (WRITERS * UPDATES)
#define FRESH_BIT 4
#define SLOT(x) ((x) % 4)

byte state = 1;             /* the middle slot, not fresh */
byte writer_word = 6;       /* private slot 2, last published 1: 2 + (1 << 2) */
byte version;
byte owner;
byte a[3]; byte b[3]; byte number[3];   /* the slots; the reader starts with slot 0 */

byte published;             /* number of the newest publication */
byte true_a[ALL + 1]; byte true_b[ALL + 1];   /* what each publication was */
byte ended;
bool TORN_FREE = true;
bool FRESH = true;
bool ORDER = true;

#ifdef INDEX_NOT_SHARED
#define PRIVATE mine_kept
#else
#define PRIVATE SLOT(writer_word)
#endif
#define PUBLISHED SLOT(writer_word >> 2)

inline fill() {
#ifdef WRITES_THE_PUBLISHED_SLOT
  mine = PUBLISHED;
#else
  mine = PRIVATE;
#endif
#ifdef COPIES_FROM_THE_MIDDLE
  last = SLOT(state);
#else
  last = PUBLISHED;
#endif
  if
  :: a[mine] = next; b[mine] = b[last]; changed_a = true
  :: b[mine] = next; a[mine] = a[last]; changed_a = false
  fi;
  number[mine] = next
}

inline truth() {
  true_a[next] = (changed_a -> next : true_a[next - 1]);
  true_b[next] = (changed_a -> true_b[next - 1] : next)
}

inline publish() {
#ifdef VERSION_BEFORE_PUBLISH
  version = next;
#endif
#ifdef PUBLISH_WITHOUT_RMW
  old = state;
  atomic { state = mine | FRESH_BIT; published = next };
#else
  atomic { old = state; state = mine | FRESH_BIT; published = next };
#endif
  writer_word = SLOT(old) | (mine << 2);
#ifdef INDEX_NOT_SHARED
  mine_kept = SLOT(old);
#endif
#ifndef VERSION_BEFORE_PUBLISH
  version = next
#endif
}

proctype writer(byte id) {
  byte i, mine, last, old, next;
  bool changed_a;
#ifdef INDEX_NOT_SHARED
  byte mine_kept = 2;
#endif
  do
  :: i < UPDATES ->
#ifndef NO_CLAIM
     atomic { owner == 0 -> owner = id };
#endif
     next = published + 1;
#ifdef PUBLISH_BEFORE_DATA
     mine = PRIVATE;
     publish();
     fill();
     truth();
#else
     fill();
     d_step { truth() };
     publish();
#endif
#ifndef NO_CLAIM
     owner = 0;
#endif
     i++;
     mine = 0; last = 0; old = 0; next = 0; changed_a = false
  :: else -> break
  od;
  ended++
}

inline take() {
#ifndef TAKES_WITHOUT_LOOK
  if
  :: state & FRESH_BIT ->
#endif
#ifdef TAKE_WITHOUT_RMW
     old = state;
     state = slot;
#else
     atomic { old = state; state = slot };
#endif
     slot = SLOT(old)
#ifndef TAKES_WITHOUT_LOOK
  :: else
  fi
#endif
}

inline read_and_check() {
  got_a = a[slot];
  got_b = b[slot];
  n = number[slot];
  d_step {
    TORN_FREE = (got_a == true_a[n] && got_b == true_b[n]);
    assert(TORN_FREE);
    FRESH = (n >= floor);
    assert(FRESH);
    ORDER = (n >= newest);
    assert(ORDER);
    newest = n;
    got_a = 0; got_b = 0; n = 0; floor = 0
  }
}

active proctype reader() {
  byte t, slot, old, got_a, got_b, n, newest, floor;
  do
  :: t < TAKES || (ended == WRITERS && t == TAKES) ->
     /* The version is looked at first: what it counts must be there to take. */
     floor = version;
     d_step { floor = (published > floor -> published : floor) };
     take();
     old = 0;
     read_and_check();
     t++
  :: ended == WRITERS && t > TAKES -> break
  od;
  FRESH = (newest == ALL);
  assert(FRESH)
}

#ifdef SECOND_READER
/* Looks into the middle slot without taking it. */
active proctype peeking_reader() {
  byte slot, got_a, got_b, n, newest, floor;
  slot = SLOT(state);
  read_and_check()
}
#endif

init {
  byte i;
  atomic { do :: i < WRITERS -> i++; run writer(i) :: else -> break od }
}
