// What a kernel sees of TensorFlow's C API: one operation's definition, and one call of it.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <vector>
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "elements.h"

namespace switchpoint {

constexpr int most_axes = 8;

/// The shape of a tensor.
struct Shape {
  int rank = 0;
  int64_t sizes[most_axes] = {};

  Shape(std::initializer_list<int64_t> given);
  explicit Shape(const TF_Tensor* tensor);
  int64_t size() const;
  /// The last axis, or 1 for a scalar: the length of a row.
  int64_t width() const { return rank == 0 ? 1 : sizes[rank - 1]; }
  /// How many rows there are.
  int64_t rows() const { return width() == 0 ? 0 : size() / width(); }
  bool operator==(const Shape& other) const;
};

/// One call of an operation: its inputs, its outputs, and whether it has failed. What it hands out lives as long as it does.
class Call {
 public:
  explicit Call(TF_OpKernelContext* context);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// How many inputs there are; a list counts as its entries.
  int inputs() const { return static_cast<int>(inputs_.size()); }
  Shape shape(int input);
  /// An input's numbers, float32 or bfloat16.
  In in(int input);
  const int32_t* whole(int input);
  const float* floats(int input);
  /// An input that holds one number.
  float number(int input) { return floats(input)[0]; }
  /// An input's own memory, to be changed in place: for variables' values, which share it with the variable.
  float* inPlace(int input);

  /// Makes an output; its type is the one the graph asks for.
  Out out(int output, const Shape& shape);
  /// The same in the memory of an input that nobody else wants, where there is one of that size and type.
  Out outOver(int output, const Shape& shape, std::initializer_list<int> inputs);

  /// An output that is an input as it stands, in the same memory.
  Out same(int output, int input);

  /// Fails the operation unless `holds`. Returns whether it holds, also false once an earlier check failed.
  bool require(bool holds, const char* message);
  bool isWell() const { return !failed_; }

 private:
  TF_Tensor* input(int i);
  Out filled(int output, TF_Tensor* tensor);
  bool check();

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> inputs_, outputs_;
  bool failed_ = false;
};

/// What TensorFlow calls, around a function of ours.
template <void (*function)(Call&)>
void run(void*, TF_OpKernelContext* context) {
  Call call(context);
  function(call);
}

/// An operation's definition. An input or output given by its name alone holds real numbers, float32 or bfloat16, whose type is the
/// attribute T_name; any other says its type as TensorFlow writes it ("ids: int32"), and so do attributes ("eps: float").
struct Operation {
  const char* name;
  std::initializer_list<const char*> inputs;
  std::initializer_list<const char*> outputs;
  void (*compute)(void*, TF_OpKernelContext*);  // run<function>
  std::initializer_list<const char*> attributes = {};
  /// Changes something besides its outputs: the graph may neither drop nor double it.
  bool isStateful = false;
};

/// Makes an operation known to TensorFlow, with its kernel for the CPU. Throws std::runtime_error with TensorFlow's message.
void registerOperation(const Operation& operation);

}  // namespace switchpoint
