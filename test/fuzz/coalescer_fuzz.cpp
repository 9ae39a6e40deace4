// A stream of packets, most of one flow and right, some changed. Whatever is merged is cut into exactly the
// packets that came, in their order, but for ids that mean nothing.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "proto/coalescer.hpp"
#include "proto/inner_samples_test.hpp"
#include "proto/segments.hpp"

using namespace sallyport;
using proto::test::Sample;

static void expect(bool holds) {
  if (!holds) std::abort();
}

namespace {

class Stream {
 public:
  explicit Stream(ByteView input) : input_(input) {}

  void run() {
    sample_.v4 = (u8() & 1) != 0;
    sample_.tcp = (u8() & 1) != 0;
    sample_.dont_fragment = (u8() & 1) != 0;
    sample_.payload = 1 + u16() % 1400;
    const std::size_t first = sample_.payload;
    for (int i = 0; i < 200 && !input_.empty(); ++i) {
      give();
      sample_ = sample_.following(u8() < 240 ? first : u16() % 1400);
    }
    take();
  }

 private:
  std::uint8_t u8() { return input_.u8().value_or(0); }
  std::uint16_t u16() { return input_.u16().value_or(0); }

  // One packet; sometimes another than the flow has.
  void give() {
    Sample given = sample_;
    const auto change = u8();
    if (change == 250) given.flags = u8();
    if (change == 251) ++given.acknowledged;
    if (change == 252) given.tos = u8();
    if (change == 253) given.port = u16();
    if (change == 254) given.id = u16();
    Bytes packet = given.packet();
    if (change == 255) {
      packet[u16() % packet.size()] ^= static_cast<std::uint8_t>(u8() | 1);
      if ((u8() & 1) != 0 && proto::parse_inner_packet(packet)) mend(packet);
    }
    const auto inner = proto::parse_inner_packet(packet);
    if (!inner) return;
    packet.resize(inner->size);
    copies_.push_back(packet);
    if (!coalescer_.add(copies_.back(), *inner)) {
      copies_.pop_back();
      take();
      copies_.push_back(packet);
      expect(coalescer_.add(copies_.back(), *inner));
    }
    waiting_.push_back(std::move(packet));
  }

  static void mend(Bytes& packet) {
    const auto inner = *proto::parse_inner_packet(packet);
    const bool known = inner.protocol == proto::ip_protocol::tcp || inner.protocol == proto::ip_protocol::udp;
    if (known && inner.size == packet.size() && inner.header_size + 20 <= inner.size)
      proto::test::mend(packet);
  }

  // With DF the id means nothing (RFC 6864), and may become another.
  static Bytes comparable(ByteView packet) {
    Bytes copy(packet.begin(), packet.end());
    const auto inner = *proto::parse_inner_packet(packet);
    if (!inner.is_v4() || !inner.dont_fragment) return copy;
    put_u16(copy, proto::ipv4_id_at, 0);
    put_u16(copy, proto::ipv4_checksum_at, 0);
    return copy;
  }

  void take() {
    if (coalescer_.empty()) return;
    const auto taken = coalescer_.take();
    expect(taken.packets == waiting_.size());
    Bytes whole;
    for (const auto& part : taken.parts) whole.insert(whole.end(), part.begin(), part.end());
    const auto inner = proto::parse_inner_packet(whole);
    expect(inner && inner->size == whole.size());
    auto segments = proto::Segments::of(whole, *inner, taken.header);
    expect(segments && segments->left() == waiting_.size());
    for (const auto& packet : waiting_) expect(comparable(segments->next()) == comparable(packet));
    waiting_.clear();
    copies_.clear();
  }

  Reader input_;
  Sample sample_;
  proto::Coalescer coalescer_;
  std::vector<Bytes> waiting_;
  std::vector<Bytes> copies_;  // what the coalescer holds: a vector's buffer stays where it is
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Stream({data, size}).run();
  return 0;
}
