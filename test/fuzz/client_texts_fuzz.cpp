// What the client's user writes and what a gateway shows him: the file of allowed gateways, values of
// options, words for the terminal.
#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"
#include "client/command_line.hpp"
#include "client/host_settings_check.hpp"
#include "client/terminal_text.hpp"
#include "client/trust_store.hpp"

using namespace sallyport;

namespace {

void require(bool law) {
  if (!law) std::abort();
}

void check_trust(std::string_view text) {
  const auto store = client::TrustStore::parse(text);
  if (!store) return;
  const auto again = client::TrustStore::parse(store->serialize());
  require(again && again->exceptions() == store->exceptions());
  for (const auto& one : store->exceptions()) require(store->allows(one.gateway, one.pin));
  require(store->check_after(*store, false).has_value());
  // What the connection may add is one line of the file, whatever a gateway calls itself.
  const auto added = store->check_after({}, true);
  if (added) require(std::ranges::count(store->serialize(), '\n') == std::ssize(store->exceptions()) + 1);
}

void check_terminal(std::string_view text) {
  const auto shown = client::terminal_text(text);
  require(shown.size() <= client::max_terminal_text);
  require(client::terminal_text(shown) == shown);
  std::string_view rest = shown;
  while (!rest.empty()) {
    const auto [code, size] = first_character(rest);
    require(size > 0 && (code == '\n' || (code >= 0x20 && (code < 0x7f || code >= 0xa0))));
    rest.remove_prefix(size);
  }
  require(client::terminal_line(text).find('\n') == std::string::npos);
  require(client::cut_to(shown, 7).size() <= 7 && shown.starts_with(client::cut_to(shown, 7)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text({data, size});
  check_trust(text);
  check_terminal(text);
  if (const auto entry = client::parse_form_entry(text)) {
    require(entry->form + ':' + entry->name + '=' + entry->value == text);
  }
  if (const auto mode = client::parse_token_mode(text)) require(*mode == text);
  for (const auto parse : {client::parse_dtls_ciphers, client::parse_dtls12_ciphers}) {
    if (const auto suites = parse(text)) require(!suites->empty());
  }
  if (client::are_domain_names(text)) require(text.find_first_of("\n\t;$`'\"\\/") == std::string_view::npos);
  client::ConnectOptions options;
  client::set_token_secret(options, text);
  require(options.token_file.empty() || options.token_secret.empty());
  return 0;
}
