#include "proto/notice.hpp"

#include "proto/xml.hpp"

namespace sallyport::proto {

std::string Notice::filled() const {
  std::string out;
  std::size_t from = 0;
  for (const auto* param : {&param1, &param2}) {
    const auto place = text.find("%s", from);
    if (place == std::string::npos) break;
    out += text.substr(from, place - from) + *param;
    from = place + 2;
  }
  return out + text.substr(from);
}

Notice Notice::read(const xml::Element& element) {
  if (!element) return {};
  return {.text = element.text(),
          .id = element.attribute_or_empty("id"),
          .param1 = element.attribute_or_empty("param1"),
          .param2 = element.attribute_or_empty("param2")};
}

void Notice::write(xml::Writer& out, std::string_view name) const {
  if (id.empty() && param1.empty() && param2.empty()) {
    out.leaf(name, text);
  } else {
    out.leaf(name, text, {{"id", id}, {"param1", param1}, {"param2", param2}});
  }
}

}  // namespace sallyport::proto
