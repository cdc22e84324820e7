// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A fuzzer for the reader of traces. The test runs some thousand inputs, always
// the same ones. To look for more, let it see into the reader and give it time:
//
//   ./bazelw run --config=fuzz //tests/fuzz:trace_reader_fuzz -- \
//       -max_total_time=600 -max_len=4096
//
// It begins with golden traces and samples, and changes either any bytes or
// those of one record; mostly it mends the checksums, which no search would
// find.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "orrery/base/prng.h"
#include "orrery/tests/fuzz/check_reader.h"
#include "orrery/traces/format.h"
#include "orrery/traces/sample_trace.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace orrery {
namespace {

// What there is to begin with.
std::vector<std::string> Seeds() {
  std::vector<std::string> seeds = {SampleTraceBytes(TraceLevel::kEvents),
                                    SampleTraceBytes(TraceLevel::kChoices)};
  // With checksums between the records, and without an end.
  const std::string sample = seeds[0];
  std::string bytes(kTraceMagic, kTraceMagicSize);
  size_t sync = 0;
  for (const RawRecord& record : RecordsOf(sample)) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kFooter)) break;
    bytes.append(record.bytes.data(), record.bytes.size());
    const size_t end = bytes.size();
    AppendSync(sync, &bytes);
    sync = end;
  }
  seeds.push_back(bytes);
  return seeds;
}

std::string MutateBytes(const std::string& bytes) {
  std::string mutated = bytes;
  mutated.resize(bytes.size() + 64);
  mutated.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(mutated.data()),
                                  bytes.size(), mutated.size()));
  return mutated;
}

// Changes the payload of one record, and its length with it; or leaves it out,
// or has it twice.
std::string MutateRecord(Prng& prng, const std::string& bytes) {
  const std::vector<RecordPlace> places = RecordPlaces(bytes);
  if (places.empty()) return MutateBytes(bytes);
  const RecordPlace& at = places[prng.Below(places.size())];
  const std::string payload = bytes.substr(at.payload, at.end - at.payload);
  std::string mutated = bytes.substr(0, at.begin);
  const uint64_t how = prng.Below(8);
  if (how == 0) mutated += bytes.substr(at.begin, at.end - at.begin);
  if (how != 1) {
    AppendRecord(static_cast<uint32_t>(at.number), MutateBytes(payload),
                 &mutated);
  }
  return mutated + bytes.substr(at.end);
}

}  // namespace
}  // namespace orrery

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  orrery::CheckReader({reinterpret_cast<const char*>(data), size});
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                          size_t max_size, unsigned int seed) {
  static const std::vector<std::string>* const seeds =
      new std::vector<std::string>(orrery::Seeds());
  orrery::Prng prng(seed);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size < orrery::kTraceMagicSize || prng.Below(50) == 0) {
    bytes = (*seeds)[prng.Below(seeds->size())];
  }
  bytes = prng.Below(4) == 0 ? orrery::MutateBytes(bytes)
                             : orrery::MutateRecord(prng, bytes);
  if (prng.Below(4) != 0) bytes = orrery::WithGoodChecksums(bytes);
  if (bytes.size() > max_size) bytes.resize(max_size);
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}
