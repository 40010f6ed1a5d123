// Runs recorded training steps again with as many threads as they had workers, for the thread sanitizer (npm run test:tsan): the same kernels on the
// same memory, in the same shares of the same phases, with a barrier behind each. Of the instruction sets it has the one without intrinsics, whose
// every load and store the sanitizer sees.
//
//   replay FILE [--no-barriers]
#include <pthread.h>

#include <cstdio>
#include <cstring>
#include <functional>
#include <thread>
#include <tuple>

#include "../kernel-table.h"
#include "../reader.h"
#include "../scratch.h"
#include "trace.h"

namespace convoy {

namespace baseline {
extern const KernelTable kTable;
}

namespace {

struct BoundKernel {
  long scratch_floats = 0;
  std::function<void(const double* numbers, float* scratch)> run;
};

// The numbers of a call, taken in order.
template <typename T>
T take(const double*& next) {
  return T(*next++);
}
template <>
Range take<Range>(const double*& next) {
  const long first = take<long>(next);
  return {first, take<long>(next)};
}

template <typename D, typename Kernel, typename... Args>
std::function<void(const double*, float*)> make_run(D descriptor, Kernel kernel, std::tuple<Args...>*) {
  return [=]([[maybe_unused]] const double* numbers, float* scratch) {
    const std::tuple<Args...> args{take<Args>(numbers)...};
    const auto run = [&](Args... taken) {
      if (!descriptor.allows(taken...)) {
        std::fprintf(stderr, "%s: a call that is not allowed\n", D::kName);
        std::exit(1);
      }
      kernel(descriptor, scratch, taken...);
    };
    std::apply(run, args);
  };
}

template <typename D, typename Result, typename... Args>
std::function<void(const double*, float*)> make_run(const D& descriptor, Result (*kernel)(const D&, Args...)) {
  const auto run = [kernel](const D& d, float*, Args... args) { kernel(d, args...); };
  return make_run(descriptor, run, static_cast<std::tuple<Args...>*>(nullptr));
}

template <typename D, typename Result, typename... Args>
std::function<void(const double*, float*)> make_run(const D& descriptor, Result (*kernel)(const D&, float*, Args...)) {
  const auto run = [kernel](const D& d, float* scratch, Args... args) { kernel(d, scratch, args...); };
  return make_run(descriptor, run, static_cast<std::tuple<Args...>*>(nullptr));
}

template <typename D>
bool bind_kernel(const std::string& name, const Entry<D>& entry, const Value& object, BoundKernel& bound) {
  if (name != D::kName) return false;
  Reader<RecordedFields> reader(RecordedFields(&object), D::kName);
  const D descriptor = D::read(reader);
  reader.finish();
  bound.scratch_floats = entry.scratch_floats ? entry.scratch_floats(descriptor) : 0;
  bound.run = make_run(descriptor, entry.run);
  return true;
}

template <typename... Ds>
bool bind_one_of(const std::string& name, const Family<Ds...>& family, const Value& object, BoundKernel& bound) {
  return (bind_kernel<Ds>(name, family, object, bound) || ...);
}

bool bind_activation(const std::string& method, const ActivationList& activations, const Value& object, BoundKernel& bound) {
  for (int i = 0; i < activations.count; i++) {
    const Activation& activation = activations.first[i];
    const std::string path = std::string("activations.") + activation.name + ".";
    if (method.compare(0, path.size(), path) != 0) continue;
    const std::string name = method.substr(path.size());
    return bind_kernel(name, activation.forward, object, bound) || bind_kernel(name, activation.backward, object, bound);
  }
  return false;
}

BoundKernel bind_method(const KernelTable& table, const std::string& method, const Value& object) {
  BoundKernel bound;
  bool found = bind_activation(method, table.activations.activations, object, bound);
  for_each_family(table, [&](const auto& family) { found = found || bind_one_of(method, family, object, bound); });
  if (found) return bound;
  std::fprintf(stderr, "expected a kernel, found %s\n", method.c_str());
  std::exit(1);
}

void replay(const KernelTable& table, const Trace& trace, bool with_barriers) {
  std::vector<BoundKernel> kernels;
  long scratch_floats = 0;
  for (size_t i = 0; i < trace.methods.size(); i++) {
    kernels.push_back(bind_method(table, trace.methods[i], *trace.descriptors[i]));
    if (kernels.back().scratch_floats > scratch_floats) scratch_floats = kernels.back().scratch_floats;
  }
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, unsigned(trace.workers));
  const auto work = [&](size_t worker) {
    Scratch scratch;
    if (!scratch.book(scratch_floats)) std::exit(1);
    for (const auto& phase : trace.phases) {
      for (const Call& call : phase[worker]) kernels[size_t(call.kernel)].run(call.numbers.data(), scratch.floats());
      if (with_barriers) pthread_barrier_wait(&barrier);
    }
  };
  std::vector<std::thread> threads;
  for (int worker = 0; worker < trace.workers; worker++) threads.emplace_back(work, size_t(worker));
  for (std::thread& thread : threads) thread.join();
  pthread_barrier_destroy(&barrier);
}

}  // namespace
}  // namespace convoy

int main(int count, char** arguments) {
  using namespace convoy;
  if (count < 2) {
    std::fprintf(stderr, "usage: replay FILE [--no-barriers]\n");
    return 2;
  }
  const Trace trace(arguments[1]);
  long calls = 0;
  for (const auto& phase : trace.phases) {
    for (const auto& share : phase) calls += long(share.size());
  }
  replay(baseline::kTable, trace, count < 3 || std::strcmp(arguments[2], "--no-barriers") != 0);
  std::printf("%ld calls of %zu bound kernels in %zu phases by %d threads\n", calls, trace.methods.size(), trace.phases.size(),
              trace.workers);
  return calls > 0 ? 0 : 1;
}
