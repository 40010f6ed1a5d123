// Calls of kernels that are noted once and run again and again, with no JavaScript between them; as CUDA graphs are captured and launched.
#pragma once

#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "arena-guard.h"

namespace convoy {

// A kernel and the numbers that it is run with, which lay within its arrays when they were noted.
class NotedCall {
 public:
  virtual ~NotedCall() = default;
  virtual void run() const = 0;
};

// A call run(bound, args...) of what was bound.
template <typename Bound, typename Kernel, typename... Args>
class NotedKernel final : public NotedCall {
 public:
  NotedKernel(std::shared_ptr<const Bound> bound, Kernel kernel, std::tuple<Args...> args)
      : bound_(std::move(bound)), kernel_(kernel), args_(args) {}

  void run() const override {
    const OpenArrays open(bound_->arrays);
    std::apply([this](Args... args) { kernel_(*bound_, args...); }, args_);
  }

 private:
  const std::shared_ptr<const Bound> bound_;
  const Kernel kernel_;
  const std::tuple<Args...> args_;
};

class Tape {
 public:
  // Kernels whose arrays can go would have to be looked at before each run.
  template <typename Bound, typename Kernel, typename... Args>
  void note(const std::shared_ptr<Bound>& bound, Kernel kernel, const std::tuple<Args...>& args) {
    if (bound->arrays.can_go()) {
      is_fit_ = false;
    } else {
      calls_.emplace_back(new NotedKernel<Bound, Kernel, Args...>(bound, kernel, args));
    }
  }

  // Whether it does what was noted: there was something, and all of it can be run again.
  bool is_fit() const { return is_fit_ && !calls_.empty(); }

  void run() const {
    for (const auto& call : calls_) call->run();
  }

 private:
  std::vector<std::unique_ptr<const NotedCall>> calls_;
  bool is_fit_ = true;
};

}  // namespace convoy
