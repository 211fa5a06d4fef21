// Included once for each instruction set: functions of one number, without branches, so that loops over them are vectorised.

/// exp(x) to about one unit in the last place; 0 below -87.3, the largest finite powers of e above 88.3.
static inline float exponential(float x) {
  const float clamped = x < -87.3f ? -87.3f : x > 88.3f ? 88.3f : x;
  // Adding 1.5 2^23 rounds to a whole number, which then stands in the lowest bits.
  const float shifted = clamped * 1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const float mantissa = p * r * r + r + 1.0f;
  const float power = bitsToFloat((floatToBits(shifted) - 0x4b400000u + 127u) << 23);
  return x < -87.3f ? 0.0f : mantissa * power;
}

/// 1 / (1 + exp(-x))
static inline float logistic(float x) { return 1.0f / (1.0f + exponential(-x)); }
