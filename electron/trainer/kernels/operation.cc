#include "operation.h"
#include <stdexcept>
#include <string>
#include "tensorflow/c/tf_tensor.h"

namespace switchpoint {

Shape::Shape(std::initializer_list<int64_t> given) {
  for (int64_t size : given) sizes[rank++] = size;
}

Shape::Shape(const TF_Tensor* tensor) : rank(TF_NumDims(tensor)) {
  if (rank > most_axes) rank = most_axes;
  for (int i = 0; i < rank; i++) sizes[i] = TF_Dim(tensor, i);
}

int64_t Shape::size() const {
  int64_t product = 1;
  for (int i = 0; i < rank; i++) product *= sizes[i];
  return product;
}

bool Shape::operator==(const Shape& other) const {
  if (rank != other.rank) return false;
  for (int i = 0; i < rank; i++)
    if (sizes[i] != other.sizes[i]) return false;
  return true;
}

Call::Call(TF_OpKernelContext* context)
    : context_(context),
      status_(TF_NewStatus()),
      inputs_(TF_NumInputs(context)),
      outputs_(TF_NumOutputs(context)) {}

Call::~Call() {
  for (TF_Tensor* tensor : inputs_)
    if (tensor != nullptr) TF_DeleteTensor(tensor);
  for (TF_Tensor* tensor : outputs_)
    if (tensor != nullptr) TF_DeleteTensor(tensor);
  TF_DeleteStatus(status_);
}

bool Call::check() {
  if (TF_GetCode(status_) == TF_OK) return true;
  if (!failed_) TF_OpKernelContext_Failure(context_, status_);
  failed_ = true;
  return false;
}

bool Call::require(bool holds, const char* message) {
  if (failed_) return false;
  if (holds) return true;
  TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
  return check();
}

TF_Tensor* Call::input(int i) {
  if (inputs_[i] == nullptr) {
    TF_GetInput(context_, i, &inputs_[i], status_);
    check();
  }
  return inputs_[i];
}

Shape Call::shape(int i) { return Shape(input(i)); }

In Call::in(int i) {
  TF_Tensor* tensor = input(i);
  return {TF_TensorData(tensor), TF_TensorType(tensor) == TF_BFLOAT16};
}

const int32_t* Call::whole(int i) { return static_cast<const int32_t*>(TF_TensorData(input(i))); }
const float* Call::floats(int i) { return static_cast<const float*>(TF_TensorData(input(i))); }
float* Call::inPlace(int i) { return static_cast<float*>(TF_TensorData(input(i))); }

static size_t bytesOf(const Shape& shape, TF_DataType type) { return shape.size() * TF_DataTypeSize(type); }

Out Call::out(int i, const Shape& shape) {
  const TF_DataType type = TF_ExpectedOutputDataType(context_, i);
  return filled(i, TF_AllocateOutput(context_, i, type, shape.sizes, shape.rank, bytesOf(shape, type), status_));
}

Out Call::outOver(int i, const Shape& shape, std::initializer_list<int> candidates) {
  // What we hold of an input counts as wanting it. Its memory stays where it is: numbers read before are still good.
  for (int candidate : candidates) {
    if (inputs_[candidate] != nullptr) TF_DeleteTensor(inputs_[candidate]);
    inputs_[candidate] = nullptr;
  }
  int forwarded;
  const int count = static_cast<int>(candidates.size());
  return filled(i, TF_ForwardInputOrAllocateOutput(context_, candidates.begin(), count, i, shape.sizes, shape.rank,
                                                   &forwarded, status_));
}

Out Call::same(int i, int from) {
  TF_Tensor* tensor = input(from);
  TF_SetOutput(context_, i, tensor, status_);
  check();
  return {TF_TensorData(tensor), TF_TensorType(tensor) == TF_BFLOAT16};
}

Out Call::filled(int i, TF_Tensor* tensor) {
  outputs_[i] = tensor;
  if (!check()) return {nullptr, false};
  return {TF_TensorData(tensor), TF_TensorType(tensor) == TF_BFLOAT16};
}

static void inferNothing(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

static void require(const char* name, TF_Status* status) {
  if (TF_GetCode(status) == TF_OK) return;
  const std::string message = std::string(name) + ": " + TF_Message(status);
  TF_DeleteStatus(status);
  throw std::runtime_error(message);
}

void registerOperation(const Operation& operation) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(operation.name);
  for (const char* attribute : operation.attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  const auto typed = [&](const std::string& given) {
    if (given.find(':') != std::string::npos) return given;
    TF_OpDefinitionBuilderAddAttr(definition, ("T_" + given + ": {float, bfloat16}").c_str());
    return given + ": T_" + given;
  };
  for (const char* input : operation.inputs) TF_OpDefinitionBuilderAddInput(definition, typed(input).c_str());
  for (const char* output : operation.outputs) TF_OpDefinitionBuilderAddOutput(definition, typed(output).c_str());
  TF_OpDefinitionBuilderSetIsStateful(definition, operation.isStateful);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, inferNothing);
  TF_RegisterOpDefinition(definition, status);
  require(operation.name, status);
  TF_KernelBuilder* kernel = TF_NewKernelBuilder(operation.name, "CPU", nullptr, operation.compute, nullptr);
  TF_RegisterKernelBuilder(operation.name, kernel, status);
  require(operation.name, status);
  TF_DeleteStatus(status);
}

}  // namespace switchpoint
