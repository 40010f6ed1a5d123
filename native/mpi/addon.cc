// What JavaScript sees of MPI: one process's place among the ranks, and transfers of arrays in shared memory. They are begun, and then looked after until
// they are done, so that nobody blocks inside of MPI. The JavaScript side is src/parallel/mpi.ts.
//
// All threads of a process share what is here, one of them at a time (MPI_THREAD_SERIALIZED).
#include <mpi.h>
#include <node_api.h>

#include <chrono>
#include <climits>
#include <cstring>
#include <thread>
#include <vector>

#include "traffic.h"

namespace convoy {
namespace {

void refuse(napi_env env, const char* message) { napi_throw_error(env, nullptr, message); }

// Whether a call of MPI went well; else throws what MPI says of it.
bool succeeds(napi_env env, int code) {
  if (code == MPI_SUCCESS) return true;
  char message[MPI_MAX_ERROR_STRING] = "MPI failed";
  int length = 0;
  MPI_Error_string(code, message, &length);
  refuse(env, message);
  return false;
}

napi_value give(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

void add_number(napi_env env, napi_value object, const char* name, double number) {
  napi_set_named_property(env, object, name, give(env, number));
}

constexpr size_t MOST_ARGUMENTS = 3;

// Those that are not given are undefined.
struct Arguments {
  napi_value values[MOST_ARGUMENTS];

  Arguments(napi_env env, napi_callback_info info) {
    size_t count = MOST_ARGUMENTS;
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }
};

// The bytes of a typed array.
struct Bytes {
  char* data = nullptr;
  size_t length = 0;
};

bool read_bytes(napi_env env, napi_value value, Bytes& bytes) {
  bool is_array = false;
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  if (napi_is_typedarray(env, value, &is_array) != napi_ok || !is_array ||
      napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok) {
    refuse(env, "expected a typed array");
    return false;
  }
  const size_t element = type == napi_float64_array                               ? 8
                         : type == napi_float32_array || type == napi_int32_array ? 4
                         : type == napi_uint16_array                              ? 2
                                                                                  : 1;
  bytes = {static_cast<char*>(data), element * length};
  return true;
}

// MPI counts by an int: of more bytes than it holds, words of eight.
bool choose_unit(napi_env env, size_t bytes, MPI_Datatype& unit, int& count) {
  const bool fits = bytes <= size_t(INT_MAX);
  unit = fits ? MPI_BYTE : MPI_UINT64_T;
  const size_t units = fits ? bytes : bytes / 8;
  if (units > size_t(INT_MAX) || (!fits && bytes % 8 != 0)) {
    refuse(env, "expected fewer bytes in one piece");
    return false;
  }
  count = int(units);
  return true;
}

int count_ranks() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks;
}

// start(): {rank, ranks, threads}; threads is true if any thread may call, one at a time.
napi_value start(napi_env env, napi_callback_info) {
  const Turn turn(traffic.turn);
  int is_started = 0;
  int level = MPI_THREAD_SINGLE;
  MPI_Initialized(&is_started);
  if (!is_started) {
    if (!succeeds(env, MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level))) return nullptr;
    // Else the first error ends all ranks with no more than MPI's own words.
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    traffic.driver = std::thread(drive);
  }
  MPI_Query_thread(&level);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  napi_value place = nullptr, threads = nullptr;
  napi_create_object(env, &place);
  add_number(env, place, "rank", rank);
  add_number(env, place, "ranks", count_ranks());
  napi_get_boolean(env, level >= MPI_THREAD_SERIALIZED, &threads);
  napi_set_named_property(env, place, "threads", threads);
  return place;
}

// openStreams(): those behind the first one, by all ranks, once they know that they are of one version.
napi_value open_streams(napi_env env, napi_callback_info) {
  const Turn turn(traffic.turn);
  for (MPI_Comm& stream : traffic.streams)
    if (stream == MPI_COMM_NULL && !succeeds(env, MPI_Comm_dup(MPI_COMM_WORLD, &stream))) break;
  return nullptr;
}

bool read_stream(napi_env env, napi_value value, MPI_Comm& stream) {
  int32_t index = -1;
  napi_get_value_int32(env, value, &index);
  if (index < 0 || index >= STREAMS || traffic.streams[index] == MPI_COMM_NULL) {
    refuse(env, "expected a stream that is open");
    return false;
  }
  stream = traffic.streams[index];
  return true;
}

// gather(stream, pieces): as many equal pieces as there are ranks, of which this one's own is there.
napi_value gather(napi_env env, napi_callback_info info) {
  const Turn turn(traffic.turn);
  const Arguments given(env, info);
  MPI_Comm stream;
  Bytes pieces;
  if (!read_stream(env, given.values[0], stream) || !read_bytes(env, given.values[1], pieces)) return nullptr;
  const size_t ranks = size_t(count_ranks());
  if (pieces.length % ranks != 0) {
    refuse(env, "gather: expected one piece for each rank");
    return nullptr;
  }
  MPI_Datatype unit;
  int count = 0;
  if (!choose_unit(env, pieces.length / ranks, unit, count)) return nullptr;
  MPI_Request request;
  if (!succeeds(env, MPI_Iallgather(MPI_IN_PLACE, 0, unit, pieces.data, count, unit, stream, &request))) return nullptr;
  return give(env, keep({request}));
}

// scatter(stream, own, all): of each of this rank's own arrays a piece to each rank, and of all ranks' arrays this one's pieces.
napi_value scatter(napi_env env, napi_callback_info info) {
  const Turn turn(traffic.turn);
  const Arguments given(env, info);
  MPI_Comm stream;
  Bytes all;
  uint32_t arrays = 0;
  if (!read_stream(env, given.values[0], stream) || !read_bytes(env, given.values[2], all)) return nullptr;
  if (napi_get_array_length(env, given.values[1], &arrays) != napi_ok || arrays == 0) {
    refuse(env, "scatter: expected a list of arrays");
    return nullptr;
  }
  const int ranks = count_ranks();
  const size_t piece = all.length / (size_t(ranks) * arrays);
  MPI_Datatype unit;
  int count = 0;
  if (!choose_unit(env, piece, unit, count)) return nullptr;
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  std::vector<MPI_Request> requests;
  for (uint32_t i = 0; i < arrays; i++) {
    napi_value element = nullptr;
    Bytes own;
    napi_get_element(env, given.values[1], i, &element);
    if (!read_bytes(env, element, own)) return nullptr;
    if (own.length != piece * size_t(ranks)) {
      refuse(env, "scatter: expected a piece of each array for each rank");
      return nullptr;
    }
    // Each begins with the one behind it, so that not all send to one at once.
    for (int step = 1; step <= ranks; step++) {
      const int to = (rank + step) % ranks, from = (rank - step + ranks) % ranks;
      char* place = all.data + (size_t(from) * arrays + i) * piece;
      if (to == rank) {
        std::memcpy(place, own.data + size_t(rank) * piece, piece);
        continue;
      }
      MPI_Request request;
      if (!succeeds(env, MPI_Irecv(place, count, unit, from, int(i), stream, &request))) return nullptr;
      requests.push_back(request);
      if (!succeeds(env, MPI_Isend(own.data + size_t(to) * piece, count, unit, to, int(i), stream, &request))) return nullptr;
      requests.push_back(request);
    }
  }
  return give(env, keep(std::move(requests)));
}

// broadcast(stream, values): rank 0's to all.
napi_value broadcast(napi_env env, napi_callback_info info) {
  const Turn turn(traffic.turn);
  const Arguments given(env, info);
  MPI_Comm stream;
  Bytes values;
  if (!read_stream(env, given.values[0], stream) || !read_bytes(env, given.values[1], values)) return nullptr;
  MPI_Datatype unit;
  int count = 0;
  if (!choose_unit(env, values.length, unit, count)) return nullptr;
  MPI_Request request;
  if (!succeeds(env, MPI_Ibcast(values.data, count, unit, 0, stream, &request))) return nullptr;
  return give(env, keep({request}));
}

// isDone(number, milliseconds): whether what has been begun with this number is done; looks for so long.
napi_value await_done(napi_env env, napi_callback_info info) {
  const Arguments given(env, info);
  int32_t number = 0;
  double milliseconds = 0;
  napi_get_value_int32(env, given.values[0], &number);
  napi_get_value_double(env, given.values[1], &milliseconds);
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::duration<double, std::milli>(milliseconds);
  bool done = false;
  for (auto now = begin;; now = std::chrono::steady_clock::now()) {
    {
      const Turn turn(traffic.turn);
      done = is_done(number);
      if (!succeeds(env, traffic.failure)) return nullptr;
    }
    if (done || now >= end) break;
    rest(now - begin);
  }
  napi_value answer = nullptr;
  napi_get_boolean(env, done, &answer);
  return answer;
}

// stop(): to be called by all ranks when nothing is under way.
napi_value stop(napi_env env, napi_callback_info) {
  {
    const Turn turn(traffic.turn);
    traffic.is_over = true;
    traffic.begun.notify_one();
  }
  if (traffic.driver.joinable()) traffic.driver.join();
  int is_over = 0;
  MPI_Finalized(&is_over);
  if (!is_over) succeeds(env, MPI_Finalize());
  return nullptr;
}

// abort(exitCode): ends all ranks, this one with them.
napi_value abort_all(napi_env env, napi_callback_info info) {
  const Turn turn(traffic.turn);
  int32_t code = 1;
  napi_get_value_int32(env, Arguments(env, info).values[0], &code);
  MPI_Abort(MPI_COMM_WORLD, code);
  return nullptr;
}

napi_value make_exports(napi_env env, napi_value exports) {
  const struct {
    const char* name;
    napi_callback run;
  } functions[] = {{"start", start},         {"openStreams", open_streams}, {"gather", gather}, {"scatter", scatter},
                   {"broadcast", broadcast}, {"isDone", await_done},        {"stop", stop},     {"abort", abort_all}};
  for (const auto& [name, run] : functions) {
    napi_value function = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, run, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  }
  return exports;
}

}  // namespace
}  // namespace convoy

NAPI_MODULE_INIT() { return convoy::make_exports(env, exports); }
