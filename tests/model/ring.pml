/* The ring of closed klines as in src/market/kline_ring.cpp, writer.cpp and js/kline-writer.js: one writer that
   appends and rewrites (a correction, or a filled gap that adds a kline), and a reader that copies klines and
   then looks at the count and the revision again.

   Two fields per kline, written and read one by one. The kline that lies in the ring as number n while the
   revision is r has both fields VALUE(n, r): a rewrite changes all klines.

   TORN   two klines that one look trusts are those numbers at that revision, whole
   REST   at rest the newest kline is trusted */

#ifndef MAX_KLINES
#define MAX_KLINES 2
#endif
#ifndef APPENDS
#define APPENDS 4
#endif
#ifndef REWRITES
#define REWRITES 1
#endif
#ifndef READS
#define READS 2
#endif
#ifdef NO_SPARE_ENTRY
#define CAPACITY MAX_KLINES
#else
#define CAPACITY (MAX_KLINES + 1)
#endif
#define VALUE(n, r) ((n) * 8 + (r) / 2 + 1)
#define OLDEST(count) ((count) > MAX_KLINES -> (count) - MAX_KLINES : 0)

byte closed_count;
byte revision;
byte first[CAPACITY]; byte second[CAPACITY];

bool ended;
bool TORN_FREE = true;
bool REST = true;

inline store_entry(n, r) {
  first[(n) % CAPACITY] = VALUE(n, r);
  second[(n) % CAPACITY] = VALUE(n, r)
}

inline append() {
#ifdef COUNT_BEFORE_DATA
  closed_count++;
  store_entry(closed_count - 1, revision)
#else
  store_entry(closed_count, revision);
  closed_count++
#endif
}

/* `more` is 1 when the rewrite adds a kline. */
inline rewrite(more) {
#ifndef REVISION_STAYS_EVEN
  revision++;
#endif
  i = OLDEST(closed_count + more);
  do
  :: i < closed_count + more -> store_entry(i, target); i++
  :: else -> break
  od;
  closed_count = closed_count + more;
  revision = target;
  i = 0
}

active proctype writer() {
  byte appended, rewritten, i, target;
  do
  :: appended < APPENDS -> append(); appended++
  :: rewritten < REWRITES && closed_count > 0 ->
     target = revision + 2;
     if
     :: rewrite(0)
     :: rewrite(1)
     fi;
     target = 0;
     rewritten++
  :: appended == APPENDS -> break
  od;
  ended = true
}

/* As KlineRing::read: `trusted` says whether the copy counts. */
inline read(n) {
#ifdef LOOKS_BEFORE_THE_COPY
  count2 = closed_count;
  revision2 = revision;
#endif
  got1 = first[(n) % CAPACITY];
  got2 = second[(n) % CAPACITY];
#ifndef LOOKS_BEFORE_THE_COPY
  count2 = closed_count;
  revision2 = revision;
#endif
  trusted = true;
#ifndef NO_LAPPED_CHECK
#ifdef LAPPED_ONE_TOO_LATE
  trusted = trusted && (count2 - (n) <= MAX_KLINES + 1);
#else
  trusted = trusted && (count2 - (n) >= 1 && count2 - (n) <= MAX_KLINES);
#endif
#endif
#ifndef NO_REVISION_CHECK
  trusted = trusted && (revision2 == seen);
#endif
}

active proctype reader() {
  byte t, seen, count, n, got1, got2, count2, revision2;
  byte k1, k2;
  bool trusted, at_rest;
  do
  :: t < READS || (ended && t == READS) ->
     at_rest = ended;
     seen = revision;
     if
#ifndef READS_WHILE_ODD
     :: seen % 2 == 1 -> skip
#endif
     :: else ->
        count = closed_count;
        if
        :: count == 0 -> skip
        :: else ->
           /* Any of the kept klines, and the newest: a rebuild reads several under one revision. */
           n = OLDEST(count);
           do
           :: n + 1 < count -> n++
           :: break
           od;
           read(n);
           if
           :: trusted ->
              k1 = got1; k2 = got2;
              read(count - 1);
              d_step {
                if
                :: trusted ->
                   TORN_FREE = (k1 == VALUE(n, seen) && k2 == VALUE(n, seen) &&
                                got1 == VALUE(count - 1, seen) && got2 == VALUE(count - 1, seen));
                   assert(TORN_FREE)
                :: else
                fi
              }
           :: else
           fi;
           REST = (!at_rest || trusted);
           assert(REST);
           d_step { n = 0; got1 = 0; got2 = 0; count2 = 0; revision2 = 0; k1 = 0; k2 = 0; trusted = false }
        fi;
        count = 0
     fi;
     seen = 0;
     t++
  :: ended && t > READS -> break
  od
}
