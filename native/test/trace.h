// Training steps that were recorded (test/races/record-steps.ts), to be run again by threads of C++.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace convoy {

// A value of a descriptor.
struct Value {
  enum class Kind { kNull, kNumber, kBoolean, kArray, kObject } kind = Kind::kObject;
  double number = 0;
  char elements = 0;  // f, b, s or i
  void* data = nullptr;
  size_t length = 0;
  std::map<std::string, Value> fields;
};

// The fields of a recorded descriptor, for the reader of descriptors.
class RecordedFields {
 public:
  typedef const convoy::Value* Value;

  explicit RecordedFields(Value object) : object_(object) {}

  bool is_object() const { return object_ && object_->kind == convoy::Value::Kind::kObject; }
  Value get(const std::string& field) const {
    const auto found = object_->fields.find(field);
    return found == object_->fields.end() ? nullptr : &found->second;
  }
  RecordedFields inner(Value value) const { return RecordedFields(value); }
  bool is_null(Value value) const { return value && value->kind == convoy::Value::Kind::kNull; }
  bool is_absent(Value value) const { return value == nullptr; }
  bool to_number(Value value, double& number) const { return take(value, convoy::Value::Kind::kNumber, number); }
  bool to_boolean(Value value, bool& boolean) const {
    double number = 0;
    const bool is_boolean = take(value, convoy::Value::Kind::kBoolean, number);
    boolean = number != 0;
    return is_boolean;
  }
  bool to_element(Value value, uint32_t index, double& number) const { return to_number(inner(value).get(std::to_string(index)), number); }
  bool to_array(Value value, const char*, const float*, void*& data, size_t& length) { return take('f', value, data, length); }
  bool to_array(Value value, const char*, const uint8_t*, void*& data, size_t& length) { return take('b', value, data, length); }
  bool to_array(Value value, const char*, const uint16_t*, void*& data, size_t& length) { return take('s', value, data, length); }
  bool to_array(Value value, const char*, const int32_t*, void*& data, size_t& length) { return take('i', value, data, length); }
  const char* find_lost() const { return nullptr; }
  void refuse(const char* message) const {
    std::fprintf(stderr, "%s\n", message);
    std::exit(1);
  }

 private:
  bool take(Value value, convoy::Value::Kind kind, double& number) const {
    if (!value || value->kind != kind) return false;
    number = value->number;
    return true;
  }
  bool take(char elements, Value value, void*& data, size_t& length) const {
    if (!value || value->kind != convoy::Value::Kind::kArray || value->elements != elements) return false;
    data = value->data;
    length = value->length;
    return true;
  }

  Value object_;
};

struct Call {
  int kernel;
  std::vector<double> numbers;
};

struct Trace {
  int workers = 0;
  std::vector<std::vector<char>> regions;
  std::vector<std::string> methods;
  // In places of their own: bound kernels point to their arrays.
  std::vector<std::unique_ptr<Value>> descriptors;
  // [phase][worker]
  std::vector<std::vector<std::vector<Call>>> phases;

  // Reads `file`, and the memory from `file`.bin.
  explicit Trace(const std::string& file) {
    std::ifstream memory(file + ".bin", std::ios::binary);
    std::ifstream text(file);
    std::string line;
    while (std::getline(text, line)) {
      std::istringstream words(line);
      std::string what;
      words >> what;
      if (what == "workers") {
        words >> workers;
      } else if (what == "region") {
        size_t bytes = 0;
        words >> bytes;
        regions.emplace_back(bytes);
        memory.read(regions.back().data(), std::streamsize(bytes));
      } else if (what == "kernel") {
        methods.emplace_back();
        words >> methods.back();
        descriptors.push_back(std::make_unique<Value>());
      } else if (what == "phase") {
        phases.emplace_back(workers);
      } else if (what == "call") {
        read_call(words);
      } else {
        read_field(what, words);
      }
    }
  }

 private:
  void read_call(std::istringstream& words) {
    int worker = 0;
    Call call;
    words >> worker >> call.kernel;
    for (double number; words >> number;) call.numbers.push_back(number);
    phases.back()[size_t(worker)].push_back(call);
  }

  // Of the last kernel.
  void read_field(const std::string& what, std::istringstream& words) {
    std::string path, name;
    words >> path;
    Value* value = descriptors.back().get();
    for (std::istringstream names(path); std::getline(names, name, '.');) value = &value->fields[name];
    if (what == "null") {
      value->kind = Value::Kind::kNull;
    } else if (what == "number" || what == "boolean") {
      value->kind = what == "number" ? Value::Kind::kNumber : Value::Kind::kBoolean;
      words >> value->number;
    } else {
      value->kind = Value::Kind::kArray;
      size_t region = 0, offset = 0;
      words >> value->elements >> region >> offset >> value->length;
      value->data = regions[region].data() + offset;
    }
  }
};

}  // namespace convoy
