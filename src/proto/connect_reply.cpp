#include "proto/connect_reply.hpp"

#include <algorithm>
#include <array>

namespace sallyport::proto {

namespace fields {

Result<RekeyMethod> RekeyName::read(std::string_view text) const {
  if (text == "ssl") return RekeyMethod::ssl;
  return text == "new-tunnel" ? RekeyMethod::new_tunnel : RekeyMethod::none;
}

Written RekeyName::write(RekeyMethod method) const {
  if (method == RekeyMethod::none) return {};
  return method == RekeyMethod::ssl ? "ssl" : "new-tunnel";
}

Result<Encoding> EncodingName::read(std::string_view text) const {
  if (auto encoding = encoding_named(text)) return *encoding;
  return fail(ErrorKind::unsupported, "unknown encoding '" + escape_for_log(text, 40) + "'");
}

Written EncodingName::write(Encoding encoding) const {
  return encoding == Encoding::none ? Written() : std::string(name_of(encoding));
}

}  // namespace fields

namespace {

// Without these the tunnel cannot be set up as the gateway means it.
bool is_essential(std::string_view name) {
  constexpr std::array essential{"X-CSTP-Address", "X-CSTP-Netmask", "X-CSTP-Address-IP6",
                                 "X-CSTP-Content-Encoding", "X-CSTP-MTU"};
  return std::ranges::find(essential, name) != essential.end();
}

bool is_about_dtls(std::string_view name) {
  return starts_with_ignoring_case(name, "X-DTLS");
}

template <class T>
const T* first_of(const std::vector<T>& list, auto&& family_of, Address::Family family) {
  auto found = std::ranges::find(list, family, family_of);
  return found == list.end() ? nullptr : &*found;
}

// From the headers of the older form: an address and, in any order, a mask of the same family.
std::optional<Prefix> paired(const ConnectReply& reply, Address::Family family) {
  const auto* address = first_of(
      reply.addresses, [](const Address& a) { return a.family(); }, family);
  const auto* mask = first_of(
      reply.netmasks, [](const Prefix& p) { return p.address().family(); }, family);
  if (address == nullptr) return std::nullopt;
  auto prefix = Prefix::make(*address, mask == nullptr ? address->bits() : mask->length());
  return prefix ? std::optional(*prefix) : std::nullopt;
}

}  // namespace

Result<ConnectReply> ConnectReply::parse(const HeaderList& headers) {
  constexpr std::size_t max_custom = 256;
  ConnectReply reply;
  auto rest = TRY(fields::parse(reply, headers));
  for (const auto& bad : rest.bad) {
    if (is_essential(bad.name)) return fail(ErrorKind::malformed, bad.reason);
    if (is_about_dtls(bad.name)) reply.dtls_problem = bad.reason;
    reply.ignored.emplace_back(bad.name);
  }
  for (auto& header : rest.unknown) {
    const bool ours = starts_with_ignoring_case(header.first, "X-CSTP-") || is_about_dtls(header.first);
    if (ours && !header.second.empty() && reply.custom.size() < max_custom) {
      reply.custom.push_back(std::move(header));
    }
  }
  if (!reply.ipv4() && !reply.ipv6()) return fail(ErrorKind::malformed, "the gateway gave no inner address");
  if (reply.mtu == 0 && reply.dtls_mtu == 0) return fail(ErrorKind::malformed, "the gateway gave no MTU");
  return reply;
}

HeaderList ConnectReply::serialize() const {
  auto headers = fields::serialize(*this);
  for (const auto& [name, value] : custom) {
    if (auto line = fields::Text().write(value)) headers.emplace_back(name, std::move(*line));
  }
  return headers;
}

std::optional<Prefix> ConnectReply::ipv4() const {
  return paired(*this, Address::Family::v4);
}

std::optional<Prefix> ConnectReply::ipv6() const {
  if (address6 && address6->address().is_v6()) return address6;
  return paired(*this, Address::Family::v6);
}

void ConnectReply::assign(const Prefix& inner, bool full_ipv6) {
  if (inner.address().is_v6() && full_ipv6) {
    address6 = inner;
    return;
  }
  addresses.push_back(inner.address());
  const auto network = inner.address().is_v4() ? Address() : inner.network();
  if (auto mask = Prefix::make(network, inner.length())) netmasks.push_back(*mask);
}

Result<DtlsTerms> dtls_terms(const ConnectReply& reply, const DtlsOffer& asked) {
  if (!reply.dtls_problem.empty()) return fail(ErrorKind::unsupported, reply.dtls_problem);
  if (reply.dtls_port == 0) return fail(ErrorKind::unsupported, "the gateway offered no DTLS port");
  const auto header = reply.dtls12_suite.empty() ? SuiteHeader::dtls : SuiteHeader::dtls12;
  const auto& name = header == SuiteHeader::dtls12 ? reply.dtls12_suite : reply.dtls_suite;
  if (name.empty()) return fail(ErrorKind::unsupported, "the gateway chose no DTLS cipher");
  const auto* suite = find_dtls_suite(header, name);
  if (suite == nullptr || std::ranges::find(asked.of(header), name) == asked.of(header).end()) {
    return fail(ErrorKind::unsupported, "the gateway chose the DTLS cipher '" + escape_for_log(name, 60) +
                                            "', which was not offered");
  }
  const auto& id = suite->mode == DtlsMode::psk ? reply.dtls_app_id : reply.dtls_session_id;
  if (id.empty()) return fail(ErrorKind::unsupported, "the gateway gave no DTLS session id");
  return DtlsTerms{suite, reply.dtls_port, id};
}

}  // namespace sallyport::proto
