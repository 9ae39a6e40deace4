// Any datagrams, and authentic ones that were changed, to two ends of the same association's keys: one with
// our record layer, one with OpenSSL's, which is the judge. Both read the same plaintexts.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "tls/dtls_context.hpp"

using namespace sallyport;
using tls::Dtls;
using tls::DtlsKeys;
using tls::Step;

static void expect(bool holds) {
  if (!holds) std::abort();
}

namespace {

std::vector<Bytes> take_output(Dtls& from) {
  std::vector<Bytes> taken(from.output().begin(), from.output().end());
  from.clear_output();
  return taken;
}

// A client, and two gateways that have had the same handshake with it can't be: their random numbers differ.
// So two clients with one gateway each, and the same changes to the records of both.
struct Pair {
  Pair(const tls::DtlsContext& clients, const tls::DtlsContext& gateways,
       const std::shared_ptr<const DtlsKeys>& keys, bool own)
      : client(or_throw(clients.begin(keys, false))), gateway(or_throw(gateways.begin(keys, own))) {
    client.handshake();
    for (bool moved = true; moved;) {
      moved = false;
      for (auto [from, to] : {std::pair(&client, &gateway), std::pair(&gateway, &client)}) {
        for (auto& datagram : take_output(*from)) {
          moved = true;
          to->feed(datagram);
          to->handshake();
        }
      }
    }
    expect(client.is_established() && gateway.is_established() && gateway.has_own_records() == own);
  }

  Dtls client;
  Dtls gateway;
};

std::vector<Bytes> read_all(Dtls& from, Bytes datagram) {
  std::vector<Bytes> read;
  Bytes buffer(20000);
  from.feed(datagram);
  for (MutableByteView plaintext; from.read(buffer, plaintext) == Step::done;) {
    read.emplace_back(plaintext.begin(), plaintext.end());
  }
  from.clear_output();
  return read;
}

// What the input does to the records of a stream, the same for both pairs.
std::vector<std::vector<Bytes>> run(Pair& pair, ByteView input) {
  std::vector<std::vector<Bytes>> all;
  std::vector<Bytes> sent;
  Reader in(input);
  while (!in.empty() && all.size() < 200) {
    const auto what = *in.u8();
    const auto where = in.u16().value_or(0);
    const auto value = in.u8().value_or(0);
    if (sent.empty() || (what < 128 && sent.size() < 60)) {  // OpenSSL's window is as wide as 64
      pair.client.write(Bytes(1 + where % 1500, value));
      for (auto& record : take_output(pair.client)) sent.push_back(std::move(record));
      if (what < 64) all.push_back(read_all(pair.gateway, sent.back()));
      continue;
    }
    Bytes datagram = sent[where % sent.size()];  // again, late, changed, cut, or two in one
    if (what >= 160 && what < 192) datagram[value % datagram.size()] ^= static_cast<std::uint8_t>(where | 1);
    if (what >= 192 && what < 224) datagram.resize(value % datagram.size());
    if (what >= 224) datagram.insert(datagram.end(), sent.back().begin(), sent.back().end());
    all.push_back(read_all(pair.gateway, datagram));
  }
  return all;
}

std::shared_ptr<const DtlsKeys> keys(std::uint8_t choice) {
  DtlsKeys made{.session_id = Bytes(32, 1)};
  if (choice % 3 == 0) {
    made.mode = DtlsKeys::Mode::resumption;
    made.ciphers = "AES256-GCM-SHA384";
    made.secret = Secret(Bytes(48, 2));
  } else {
    made.ciphers = choice % 3 == 1 ? "PSK-AES128-GCM-SHA256" : "PSK-CHACHA20-POLY1305";
    made.secret = Secret(Bytes(32, 2));
  }
  return std::make_shared<const DtlsKeys>(std::move(made));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto clients = or_throw(tls::DtlsContext::open_client());
  static const auto gateways = or_throw(tls::DtlsContext::open_gateway());
  if (size == 0) return 0;
  const auto agreed = keys(data[0]);
  Pair own(clients, gateways, agreed, true);
  Pair openssl(clients, gateways, agreed, false);
  const ByteView input(data + 1, size - 1);
  expect(run(own, input) == run(openssl, input));
  return 0;
}
