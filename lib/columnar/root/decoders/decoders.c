/*
 * Decoders of ROOT's compressed blocks that run in WebAssembly: zlib (RFC 1950 and 1951 with the Adler-32
 * checksum), LZ4 blocks, XXH64. build.py compiles this file to decoders-wasm.ts.
 *
 * Memory belongs to the caller. The input must be followed by INPUT_SLACK readable bytes and the output by
 * OUTPUT_SLACK writable ones: the loops may read and write past the ends within them, and what they
 * return says whether they had to. No input whatsoever makes them go further.
 */
#include <stddef.h>
#include <stdint.h>
#include <wasm_simd128.h>

#define INPUT_SLACK 64
#define OUTPUT_SLACK 512
#define EXPORT(name) __attribute__((export_name(#name)))

static inline uint64_t load64(const uint8_t *from) { uint64_t value; __builtin_memcpy(&value, from, 8); return value; }
static inline uint32_t load32(const uint8_t *from) { uint32_t value; __builtin_memcpy(&value, from, 4); return value; }
static inline void store64(uint8_t *to, uint64_t value) { __builtin_memcpy(to, &value, 8); }
static inline void copy16(uint8_t *to, const uint8_t *from) { wasm_v128_store(to, wasm_v128_load(from)); }

/* Copies `length` bytes from `distance` before `to`; may write up to 31 bytes too many. */
static inline void copy_match(uint8_t *to, uint32_t distance, uint32_t length) {
  const uint8_t *from = to - distance;
  uint8_t *end = to + length;
  if (distance >= 16) {
    do { copy16(to, from); to += 16; from += 16; } while (to < end);
  } else if (distance >= 8) {
    do { store64(to, load64(from)); to += 8; from += 8; } while (to < end);
  } else if (distance == 1) {
    v128_t byte = wasm_i8x16_splat((int8_t)*from);
    do { wasm_v128_store(to, byte); to += 16; } while (to < end);
  } else {
    /* Only the first `distance` bytes of each store are right; the next store mends the rest. */
    do { store64(to, load64(from)); to += distance; from += distance; } while (to < end);
  }
}

/* ---------------------------------------------------------------------------------------- deflate */

#define LITERAL_BITS 11
#define LITERAL_ENTRIES 2400 /* enough for 288 symbols of up to 15 bits behind a table of 11 (zlib's enough.c: 2342) */
#define DISTANCE_BITS 8
#define DISTANCE_ENTRIES 512 /* 32 symbols, 15 bits, table of 8: 402 */
#define LENGTHS_BITS 7
#define LITERAL_MASK ((1u << LITERAL_BITS) - 1)
#define DISTANCE_MASK ((1u << DISTANCE_BITS) - 1)

/*
 * An entry of a decoding table: bits 0 to 4 how many bits to drop, the code and its extra bits together; bits
 * 5 to 7 what it is; bits 8 to 12 the length of the code alone; bits 16 to 31 the literal, the base, or where
 * the second table begins. In entries that point to a second table bits 8 to 12 are that table's size.
 */
#define IS_LITERAL 0x20
#define IS_SECOND 0x40
#define IS_END 0x80
#define NO_CODE (IS_END | IS_SECOND) /* a code that is not assigned, or a symbol that has no meaning */
#define DROP_OF(entry) ((entry) & 31)
#define CODE_OF(entry) (((entry) >> 8) & 31)
#define VALUE_OF(entry) ((entry) >> 16)
/* The base and the extra bits of a length or distance; `before` are the bits before its code was dropped. */
#define EXTENDED(entry, before) \
  (VALUE_OF(entry) + (((uint32_t)(before) & ((1u << DROP_OF(entry)) - 1)) >> CODE_OF(entry)))

static uint32_t literal_table[LITERAL_ENTRIES];
static uint32_t distance_table[DISTANCE_ENTRIES];
static uint32_t lengths_table[1 << LENGTHS_BITS];

static const uint16_t length_base[31] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67,
                                         83, 99, 115, 131, 163, 195, 227, 258, 0, 0};
static const uint8_t length_extra[31] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5,
                                         5, 5, 0, 0, 0};
static const uint16_t distance_base[30] = {1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513,
                                           769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const uint8_t distance_extra[30] = {0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10,
                                           11, 11, 12, 12, 13, 13};
static const uint8_t lengths_order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

enum kind { LITERALS, DISTANCES, LENGTHS };

/* The entry of a symbol whose code has `length` bits. */
static uint32_t symbol_entry(enum kind kind, uint32_t symbol, uint32_t length) {
  uint32_t code = length << 8 | length;
  if (kind == LENGTHS) return symbol << 16 | code;
  if (kind == DISTANCES) {
    return symbol < 30 ? (uint32_t)distance_base[symbol] << 16 | (code + distance_extra[symbol]) : NO_CODE;
  }
  if (symbol < 256) return symbol << 16 | IS_LITERAL | code;
  if (symbol == 256) return IS_END | code;
  return symbol < 286 ? (uint32_t)length_base[symbol - 257] << 16 | (code + length_extra[symbol - 257]) : NO_CODE;
}

/* Builds the table of a canonical Huffman code (RFC 1951, 3.2.2) from its code lengths; 0 where they are none. */
static int build(uint32_t *table, uint32_t entries, uint32_t bits, const uint8_t *lengths, uint32_t symbols,
                 enum kind kind) {
  uint32_t counts[16] = {0}, starts[16], total = 0;
  uint16_t sorted[320];
  for (uint32_t i = 0; i < symbols; i++) counts[lengths[i]]++;
  counts[0] = 0;
  uint32_t space = 0; /* in units of 2^-15 */
  for (uint32_t length = 1; length <= 15; length++) {
    starts[length] = total;
    total += counts[length];
    space += counts[length] << (15 - length);
  }
  if (space > 1u << 15) return 0;
  for (uint32_t i = 0; i < symbols; i++) if (lengths[i]) sorted[starts[lengths[i]]++] = (uint16_t)i;
  if (space < 1u << 15) {
    /* Incomplete: as in zlib, allowed for a single code of one bit, and for no distance at all. */
    if (kind == LENGTHS || total > 1 || (total == 0 ? kind != DISTANCES : counts[1] != 1)) return 0;
    for (uint32_t i = 0; i < 1u << bits; i++) table[i] = NO_CODE;
  }
  uint32_t code = 0, next = 0, length = 1, second = 0, second_bits = 0, second_prefix = ~0u, used = 1u << bits;
  while (next < total) {
    while (counts[length] == 0) { length++; code <<= 1; }
    for (uint32_t left = counts[length]; left > 0; left--, next++, code++) {
      uint32_t reversed = __builtin_bitreverse32(code) >> (32 - length);
      if (length <= bits) {
        uint32_t entry = symbol_entry(kind, sorted[next], length);
        for (uint32_t i = reversed; i < 1u << bits; i += 1u << length) table[i] = entry;
        continue;
      }
      uint32_t entry = symbol_entry(kind, sorted[next], length - bits);
      uint32_t prefix = reversed & ((1u << bits) - 1);
      if (prefix != second_prefix) {
        /* A second table, as large as the longest code with this prefix needs. */
        second_prefix = prefix;
        second_bits = length - bits;
        uint32_t filled = left;
        while (filled < 1u << second_bits && bits + second_bits < 15) {
          second_bits++;
          filled = (filled << 1) + counts[bits + second_bits];
        }
        second = used;
        used += 1u << second_bits;
        if (used > entries) return 0;
        table[prefix] = (second << 16) | (second_bits << 8) | IS_SECOND | bits;
      }
      for (uint32_t i = reversed >> bits; i < 1u << second_bits; i += 1u << (length - bits)) {
        table[second + i] = entry;
      }
    }
    length++;
    code <<= 1;
  }
  return 1;
}

#define REFILL() do { bits |= load64(in) << count; in += (63 - count) >> 3; count |= 56; } while (0)
#define DROP(n) do { uint32_t dropped = (n); bits >>= dropped; count -= dropped; } while (0)
#define TAKE(n) (taken = (uint32_t)bits & ((1u << (n)) - 1), bits >>= (n), count -= (n), taken)

/* Reads the code lengths of a dynamic block (RFC 1951, 3.2.7) and builds both tables; advances the bits. */
static int read_codes(const uint8_t **in_at, const uint8_t *in_end, uint64_t *bits_at, uint32_t *count_at) {
  const uint8_t *in = *in_at;
  uint64_t bits = *bits_at;
  uint32_t count = *count_at, taken;
  uint8_t lengths[320 + 138] = {0}, order[19] = {0};
  REFILL();
  uint32_t literals = TAKE(5) + 257, distances = TAKE(5) + 1, codes = TAKE(4) + 4;
  for (uint32_t i = 0; i < codes; i++) {
    if (i == 8) REFILL();
    order[lengths_order[i]] = (uint8_t)TAKE(3);
    if (i == 16) REFILL();
  }
  if (literals > 286 || distances > 30) return 0;
  if (!build(lengths_table, 1 << LENGTHS_BITS, LENGTHS_BITS, order, 19, LENGTHS)) return 0;
  uint32_t total = literals + distances;
  for (uint32_t i = 0; i < total;) {
    REFILL();
    if (in > in_end + 16) return 0;
    uint32_t entry = lengths_table[bits & ((1 << LENGTHS_BITS) - 1)];
    DROP(DROP_OF(entry));
    uint32_t symbol = VALUE_OF(entry), repeat;
    if (symbol < 16) { lengths[i++] = (uint8_t)symbol; continue; }
    uint8_t value = 0;
    if (symbol == 16) {
      if (i == 0) return 0;
      value = lengths[i - 1];
      repeat = TAKE(2) + 3;
    } else if (symbol == 17) repeat = TAKE(3) + 3;
    else repeat = TAKE(7) + 11;
    if (repeat > total - i) return 0;
    while (repeat-- > 0) lengths[i++] = value;
  }
  if (lengths[256] == 0) return 0;
  if (!build(distance_table, DISTANCE_ENTRIES, DISTANCE_BITS, lengths + literals, distances, DISTANCES)) return 0;
  if (!build(literal_table, LITERAL_ENTRIES, LITERAL_BITS, lengths, literals, LITERALS)) return 0;
  *in_at = in;
  *bits_at = bits;
  *count_at = count;
  return 1;
}

static int fixed_codes(void) {
  uint8_t lengths[288];
  for (uint32_t i = 0; i < 288; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  if (!build(literal_table, LITERAL_ENTRIES, LITERAL_BITS, lengths, 288, LITERALS)) return 0;
  for (uint32_t i = 0; i < 32; i++) lengths[i] = 5;
  return build(distance_table, DISTANCE_ENTRIES, DISTANCE_BITS, lengths, 32, DISTANCES);
}

/* Adler-32 (RFC 1950) in steps of 16 bytes. */
static uint32_t adler32(const uint8_t *at, uint32_t length) {
  uint32_t a = 1, b = 0;
  const v128_t high = wasm_i16x8_make(16, 15, 14, 13, 12, 11, 10, 9), low = wasm_i16x8_make(8, 7, 6, 5, 4, 3, 2, 1);
  while (length > 0) {
    uint32_t steps = length < 5552 ? length / 16 : 5552 / 16;
    length -= steps * 16;
    v128_t sums = wasm_i32x4_splat(0), before = sums, weighted = sums;
    b += a * 16 * steps;
    for (uint32_t i = 0; i < steps; i++, at += 16) {
      v128_t bytes = wasm_v128_load(at);
      before = wasm_i32x4_add(before, sums);
      v128_t pairs = wasm_u16x8_extadd_pairwise_u8x16(bytes);
      sums = wasm_i32x4_add(sums, wasm_u32x4_extadd_pairwise_u16x8(pairs));
      weighted = wasm_i32x4_add(weighted, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(bytes), high));
      weighted = wasm_i32x4_add(weighted, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(bytes), low));
    }
#define SUM(v) (wasm_u32x4_extract_lane(v, 0) + wasm_u32x4_extract_lane(v, 1) + wasm_u32x4_extract_lane(v, 2) + \
                wasm_u32x4_extract_lane(v, 3))
    a += SUM(sums);
    b += (SUM(before) << 4) + SUM(weighted);
    a %= 65521;
    b %= 65521;
    if (length < 16) {
      for (; length > 0; length--) { a += *at++; b += a; }
      a %= 65521;
      b %= 65521;
    }
  }
  return (b << 16) | a;
}

/*
 * Decodes a zlib stream of input_length bytes to exactly output_length bytes.
 * Returns 0, or 1 invalid data, 2 another length, 3 wrong checksum, 4 the input ends too early, 5 not zlib.
 */
EXPORT(zlib) int zlib(const uint8_t *input, uint32_t input_length, uint8_t *output, uint32_t output_length) {
  if (input_length < 6 || (input[0] & 15) != 8 || (input[1] & 32) || ((input[0] << 8) + input[1]) % 31) return 5;
  const uint8_t *in = input + 2, *in_end = input + input_length - 4;
  uint8_t *out = output, *out_end = output + output_length;
  uint64_t bits = 0;
  uint32_t count = 0, taken, last;
  do {
    REFILL();
    if (in > in_end + 16) return 4;
    last = TAKE(1);
    uint32_t type = TAKE(2);
    if (type == 0) {
      /* Stored: back to the next whole byte. */
      in -= (count & ~7u) / 8;
      bits = 0;
      count = 0;
      if (in > in_end || in_end - in < 4) return 4;
      uint32_t length = in[0] | in[1] << 8;
      if ((length ^ 0xffff) != (uint32_t)(in[2] | in[3] << 8)) return 1;
      in += 4;
      if (length > (uint32_t)(in_end - in)) return 4;
      if (length > (uint32_t)(out_end - out)) return 2;
      __builtin_memcpy(out, in, length);
      in += length;
      out += length;
      continue;
    }
    if (type == 3) return 1;
    if (type == 2 ? !read_codes(&in, in_end, &bits, &count) : !fixed_codes()) return 1;
    REFILL();
    uint32_t entry = literal_table[bits & LITERAL_MASK];
    for (;;) {
      if (in > in_end + 16) return 4;
      if (out > out_end) return 2;
      uint64_t before = bits;
      DROP(DROP_OF(entry));
      /* Up to three literals of at most 11 bits each leave 23 of the 56; a fourth look needs 11. */
      if (entry & IS_LITERAL) {
        *out++ = (uint8_t)VALUE_OF(entry);
        entry = literal_table[bits & LITERAL_MASK];
        before = bits;
        DROP(DROP_OF(entry));
        if (entry & IS_LITERAL) {
          *out++ = (uint8_t)VALUE_OF(entry);
          entry = literal_table[bits & LITERAL_MASK];
          before = bits;
          DROP(DROP_OF(entry));
          if (entry & IS_LITERAL) {
            *out++ = (uint8_t)VALUE_OF(entry);
            entry = literal_table[bits & LITERAL_MASK];
            REFILL();
            continue;
          }
        }
      }
      if (entry & (IS_SECOND | IS_END)) {
        if (entry & IS_END) {
          if (entry & IS_SECOND) return 1;
          break;
        }
        entry = literal_table[VALUE_OF(entry) + (bits & ((1u << CODE_OF(entry)) - 1))];
        before = bits;
        DROP(DROP_OF(entry));
        if (entry & IS_LITERAL) {
          *out++ = (uint8_t)VALUE_OF(entry);
          REFILL();
          entry = literal_table[bits & LITERAL_MASK];
          continue;
        }
        if (entry & IS_SECOND) return 1;
        if (entry & IS_END) break;
      }
      uint32_t length = EXTENDED(entry, before);
      REFILL();
      entry = distance_table[bits & DISTANCE_MASK];
      before = bits;
      DROP(DROP_OF(entry));
      if (entry & IS_SECOND) {
        if (entry & IS_END) return 1;
        entry = distance_table[VALUE_OF(entry) + (bits & ((1u << CODE_OF(entry)) - 1))];
        before = bits;
        DROP(DROP_OF(entry));
        if (entry & IS_SECOND) return 1;
      }
      uint32_t distance = EXTENDED(entry, before);
      if (distance > (uint32_t)(out - output)) return 1;
      /* The next code is looked up while the match is copied. */
      entry = literal_table[bits & LITERAL_MASK];
      REFILL();
      copy_match(out, distance, length);
      out += length;
    }
  } while (!last);
  if (out != out_end) return 2;
  in -= count / 8;
  if (in > in_end) return 4;
  uint32_t stored = (uint32_t)in[0] << 24 | in[1] << 16 | in[2] << 8 | in[3];
  return adler32(output, output_length) == stored ? 0 : 3;
}

/* ------------------------------------------------------------------------------------------- LZ4 */

/* Decodes an LZ4 block to exactly output_length bytes. Returns as zlib does. */
EXPORT(lz4) int lz4(const uint8_t *input, uint32_t input_length, uint8_t *output, uint32_t output_length) {
  const uint8_t *in = input, *in_end = input + input_length;
  uint8_t *out = output, *out_end = output + output_length;
  while (in < in_end) {
    uint32_t token = *in++, length = token >> 4;
    if (length < 15) {
      copy16(out, in);
    } else {
      uint32_t more;
      do {
        if (in >= in_end) return 4;
        length += more = *in++;
      } while (more == 255);
      if (length > (uint32_t)(in_end - in)) return 4;
      if (length > (uint32_t)(out_end - out)) return 2;
      for (uint32_t i = 0; i < length; i += 16) copy16(out + i, in + i);
    }
    in += length;
    out += length;
    if (out > out_end) return 2;
    if (in >= in_end) return in > in_end ? 4 : out == out_end ? 0 : 2;
    uint32_t distance = in[0] | in[1] << 8;
    in += 2;
    length = (token & 15) + 4;
    if (length == 19) {
      uint32_t more;
      do {
        if (in >= in_end) return 4;
        length += more = *in++;
      } while (more == 255);
    }
    if (distance == 0 || distance > (uint32_t)(out - output)) return 1;
    if (length > (uint32_t)(out_end - out)) return 2;
    copy_match(out, distance, length);
    out += length;
  }
  return 4;
}

/* ----------------------------------------------------------------------------------------- XXH64 */

#define P1 0x9E3779B185EBCA87ull
#define P2 0xC2B2AE3D27D4EB4Full
#define P3 0x165667B19E3779F9ull
#define P4 0x85EBCA77C2B2AE63ull
#define P5 0x27D4EB2F165667C5ull

static inline uint64_t turn(uint64_t value, int by) { return value << by | value >> (64 - by); }
static inline uint64_t lane(uint64_t sum, uint64_t word) { return turn(sum + word * P2, 31) * P1; }

/* XXH64 with seed 0 (xxhash_spec.md). */
EXPORT(xxh64) uint64_t xxh64(const uint8_t *at, uint32_t length) {
  const uint8_t *end = at + length;
  uint64_t hash;
  if (length >= 32) {
    uint64_t a = P1 + P2, b = P2, c = 0, d = 0 - P1;
    for (; end - at >= 32; at += 32) {
      a = lane(a, load64(at));
      b = lane(b, load64(at + 8));
      c = lane(c, load64(at + 16));
      d = lane(d, load64(at + 24));
    }
    hash = turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18);
    hash = (hash ^ lane(0, a)) * P1 + P4;
    hash = (hash ^ lane(0, b)) * P1 + P4;
    hash = (hash ^ lane(0, c)) * P1 + P4;
    hash = (hash ^ lane(0, d)) * P1 + P4;
  } else hash = P5;
  hash += length;
  for (; end - at >= 8; at += 8) hash = turn(hash ^ lane(0, load64(at)), 27) * P1 + P4;
  if (end - at >= 4) { hash = turn(hash ^ load32(at) * P1, 23) * P2 + P3; at += 4; }
  while (at < end) hash = turn(hash ^ *at++ * P5, 11) * P1;
  hash = (hash ^ hash >> 33) * P2;
  hash = (hash ^ hash >> 29) * P3;
  return hash ^ hash >> 32;
}
