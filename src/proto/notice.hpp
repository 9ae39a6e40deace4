// A text of the gateway for the user: message, banner, error of phases 2 and 3. "%s" in it stands for the
// first, then the second parameter.
#pragma once

#include <string>
#include <string_view>

namespace sallyport::proto {

namespace xml {
class Element;
class Writer;
}  // namespace xml

struct Notice {
  std::string text;
  std::string id;  // a number; 13 from ASA and 88 from anylink with a failed login
  std::string param1;
  std::string param2;

  bool operator==(const Notice&) const = default;

  bool empty() const { return *this == Notice{}; }
  std::string filled() const;  // at most two "%s" are replaced, anything else stays

  static Notice read(const xml::Element& element);
  // <name id="" param1="" param2="">text</name>; the attributes only if one of them is not empty.
  void write(xml::Writer& out, std::string_view name) const;
};

}  // namespace sallyport::proto
