// Numbers as they lie in tensors: float32, or bfloat16 (the upper half of a float32). Kernels compute in float32 only.
#pragma once
#include <cstdint>
#include <cstring>

namespace switchpoint {

/// Numbers to read.
struct In {
  const void* data;
  bool isHalf;  // bfloat16
};

/// Numbers to write.
struct Out {
  void* data;
  bool isHalf;
};

}  // namespace switchpoint
