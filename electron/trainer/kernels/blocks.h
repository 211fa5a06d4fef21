// Included once for each instruction set: reading and writing blocks of numbers as float32, whatever type they lie in.
// A block is small enough to stay in the first cache, so that rounding costs no pass over memory.

constexpr int64_t block = 1024;

static inline float bitsToFloat(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint32_t floatToBits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Rounds to the nearest bfloat16, ties to even, as TensorFlow's Cast does; not-a-number stays that.
static inline uint16_t toHalf(float value) {
  const uint32_t bits = floatToBits(value);
  const uint32_t rounded = bits + 0x7fffu + ((bits >> 16) & 1u);
  return static_cast<uint16_t>(((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : rounded) >> 16);
}

/// `count` numbers from `at` on: where they lie, or widened into `scratch`.
static inline const float* reading(const In& in, int64_t at, int64_t count, float* scratch) {
  if (!in.isHalf) return static_cast<const float*>(in.data) + at;
  const uint16_t* halves = static_cast<const uint16_t*>(in.data) + at;
  for (int64_t i = 0; i < count; i++) scratch[i] = bitsToFloat(static_cast<uint32_t>(halves[i]) << 16);
  return scratch;
}

/// Where to write `count` numbers that belong at `at`: there, or into `scratch`, from which `finish` rounds them.
static inline float* writing(const Out& out, int64_t at, float* scratch) {
  return out.isHalf ? scratch : static_cast<float*>(out.data) + at;
}

static inline void finish(const Out& out, int64_t at, int64_t count, const float* scratch) {
  if (!out.isHalf) return;
  uint16_t* halves = static_cast<uint16_t*>(out.data) + at;
  for (int64_t i = 0; i < count; i++) halves[i] = toHalf(scratch[i]);
}
