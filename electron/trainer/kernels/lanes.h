// Included once for each instruction set: sixteen floats at a time, in as many registers as that takes. Sums across lanes have an order
// of their own, so a result does not depend on the registers' size.

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)
constexpr int64_t partBytes = 64;
#elif defined(__AVX2__)
constexpr int64_t partBytes = 32;
#else
constexpr int64_t partBytes = 16;
#endif

constexpr int64_t laneCount = 16, partCount = 64 / partBytes, partLanes = laneCount / partCount;
typedef float Part __attribute__((vector_size(partBytes)));
typedef float LoosePart __attribute__((vector_size(partBytes), aligned(4), may_alias));
typedef int32_t WholePart __attribute__((vector_size(partBytes)));

struct Lanes {
  Part parts[partCount];
};

/// A function of each part.
template <typename Function>
ALWAYS_INLINE Lanes lanesFrom(Function function) {
  Lanes result;
#pragma GCC unroll 4
  for (int64_t i = 0; i < partCount; i++) result.parts[i] = function(i);
  return result;
}

#define EACH_PART(expression) lanesFrom([&](int64_t i) __attribute__((always_inline)) -> Part { return expression; })

ALWAYS_INLINE Lanes load(const float* from) { return EACH_PART(*reinterpret_cast<const LoosePart*>(from + i * partLanes)); }
ALWAYS_INLINE void store(float* to, Lanes x) {
#pragma GCC unroll 4
  for (int64_t i = 0; i < partCount; i++) *reinterpret_cast<LoosePart*>(to + i * partLanes) = x.parts[i];
}
ALWAYS_INLINE Lanes everywhere(float x) { return EACH_PART((void(i), x - Part{})); }
ALWAYS_INLINE Lanes operator+(Lanes a, Lanes b) { return EACH_PART(a.parts[i] + b.parts[i]); }
ALWAYS_INLINE Lanes operator-(Lanes a, Lanes b) { return EACH_PART(a.parts[i] - b.parts[i]); }
ALWAYS_INLINE Lanes operator*(Lanes a, Lanes b) { return EACH_PART(a.parts[i] * b.parts[i]); }
ALWAYS_INLINE Lanes operator/(Lanes a, Lanes b) { return EACH_PART(a.parts[i] / b.parts[i]); }
/// a b + c
ALWAYS_INLINE Lanes sumWith(Lanes c, Lanes a, Lanes b) { return EACH_PART(a.parts[i] * b.parts[i] + c.parts[i]); }
ALWAYS_INLINE Lanes larger(Lanes a, Lanes b) { return EACH_PART(a.parts[i] > b.parts[i] ? a.parts[i] : b.parts[i]); }
/// Those that are at least `least`, 0 for the others.
ALWAYS_INLINE Lanes keptOf(Lanes x, Lanes least) { return EACH_PART(x.parts[i] >= least.parts[i] ? x.parts[i] : Part{}); }

ALWAYS_INLINE float sumOf(Lanes x) {
  float lanes[laneCount];
  store(lanes, x);
  for (int64_t half = laneCount / 2; half > 0; half /= 2)
    for (int64_t i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

ALWAYS_INLINE float largestOf(Lanes x) {
  float lanes[laneCount];
  store(lanes, x);
  for (int64_t half = laneCount / 2; half > 0; half /= 2)
    for (int64_t i = 0; i < half; i++) lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
  return lanes[0];
}

/// As `exponential` of one number (elementary.h).
ALWAYS_INLINE Part exponentialPart(Part x) {
  const Part least = Part{} - 87.3f, most = Part{} + 88.3f;
  const Part above = x < least ? least : x, clamped = above > most ? most : above;
  const Part shifted = clamped * 1.44269504f + 12582912.0f;
  const Part n = shifted - 12582912.0f;
  const Part r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  Part p = Part{} + 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const Part mantissa = p * r * r + r + 1.0f;
  const Part power = (Part)(((WholePart)shifted - 0x4b400000 + 127) << 23);
  return x < least ? Part{} : mantissa * power;
}
ALWAYS_INLINE Lanes exponential(Lanes x) { return EACH_PART(exponentialPart(x.parts[i])); }
