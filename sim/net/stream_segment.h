// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Segment`: what the two ends of a stream tell each other; `SegmentParcel`:
// one on its way.

#ifndef ORRERY_SIM_NET_STREAM_SEGMENT_H_
#define ORRERY_SIM_NET_STREAM_SEGMENT_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/parcel.h"

namespace orrery {

class StreamStack;

enum class SegmentKind : uint8_t {
  kSyn,     // asks for a connection
  kSynAck,  // says yes
  kData,    // some bytes
  kFin,     // there are no more
  kAck,     // what has arrived, and for what there is room
  kProbe,   // asks for a kAck
  kReset,   // there is no such connection, or none any more
};

// Returns "syn", "syn-ack", "stream", "fin", "ack", "probe", "rst": the type of
// the message in a trace.
absl::string_view SegmentName(SegmentKind kind);

// Bytes are counted in each direction from 0; the end of them counts as one.
struct Segment {
  SegmentKind kind = SegmentKind::kAck;
  bool by_server = false;   // by the end that had listened
  bool keep_alive = false;  // a kProbe that nobody misses
  uint64_t connection = 0;  // its number in the network
  uint64_t offset = 0;      // of the first byte of `bytes`; of the end
  uint64_t arrived = 0;     // how many the sender of this has received
  uint64_t room = 0;        // up to which one it has room
  SimTime sent_at;
  std::string bytes = {};
  Fault* cause = nullptr;  // of a kReset; null: none
};

class SegmentParcel final : public Parcel {
 public:
  SegmentParcel(StreamStack* stack, MessageId message, Address from, Address to,
                Segment segment)
      : Parcel(message, from, to),
        stack_(stack),
        segment_(std::move(segment)) {}

  Segment& segment() { return segment_; }
  absl::string_view kind() const override { return SegmentName(segment_.kind); }
  absl::string_view bytes() const override { return segment_.bytes; }

 private:
  void Arrive(ParcelPtr self) override;
  void GetLost(ParcelPtr self, Loss why) override;

  StreamStack* stack_;
  Segment segment_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_STREAM_SEGMENT_H_
