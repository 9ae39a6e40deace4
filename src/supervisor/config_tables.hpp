// The tables of all sections: what a configuration file may say, with defaults and meanings.
#pragma once

#include <string_view>
#include <vector>

#include "supervisor/config.hpp"
#include "supervisor/config_keys.hpp"

namespace sallyport::supervisor {

Keys<Listen> listen_keys();
Keys<Process> process_keys();
Keys<Tls> tls_keys();
Keys<KeyPair> key_pair_keys();
Keys<Tunnel> tunnel_keys();
Keys<State> state_keys();
Keys<Aaa> aaa_keys();
Keys<ConnectionProfile> connection_profile_keys();
Keys<GroupPolicy> group_policy_keys();

// The DTLS ciphers when the file names none, best first.
std::vector<std::string> default_dtls_ciphers(bool legacy);
bool is_legacy_dtls_cipher(std::string_view name);

// The tables without their readers, for the manual and for what must agree with it.
struct KeyReference {
  std::string_view name;
  std::string_view standard;
  std::string_view help;
};
struct SectionReference {
  std::string_view title;  // "[aaa.NAME]"
  std::string_view help;
  std::vector<KeyReference> keys;
};
std::vector<SectionReference> section_references();

}  // namespace sallyport::supervisor
