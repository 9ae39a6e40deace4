// A TLS stream of frames, cut into records at places that the first byte decides: the same frames as uncut,
// and no frame beyond a record.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "proto/cstp_frame.hpp"
#include "proto/dtls_frame.hpp"

namespace {

using namespace sallyport;

std::vector<Bytes> frames_of(ByteView stream, std::size_t cut) {
  proto::CstpReader reader;
  std::vector<Bytes> frames;
  for (std::size_t at = 0; at < stream.size(); at += cut) {
    // A copy of the record's own size, so that a read beyond it is seen.
    const auto view = stream.subspan(at, std::min(cut, stream.size() - at));
    Bytes record(view.begin(), view.end());
    reader.add(record);
    auto next = reader.next();
    for (; next.status == proto::CstpReader::Status::frame; next = reader.next()) {
      if (next.frame.payload.size() > proto::max_cstp_payload) std::abort();
      frames.push_back(proto::cstp_frame(next.frame.type, next.frame.payload));
      (void)proto::Disconnect::parse(next.frame.payload);
    }
    if (next.status == proto::CstpReader::Status::malformed) break;
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes record(data, data + size);
  if (const auto frame = proto::parse_dtls_frame(record)) {
    if (!std::ranges::equal(proto::dtls_frame(frame->type, frame->payload), ByteView(data, size)))
      std::abort();
  }
  if (size == 0) return 0;
  const ByteView stream{data + 1, size - 1};
  if (frames_of(stream, data[0] + 1U) != frames_of(stream, size)) std::abort();
  return 0;
}
