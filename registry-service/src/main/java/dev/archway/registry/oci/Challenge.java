package dev.archway.registry.oci;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a registry asks for in {@code WWW-Authenticate} (RFC 9110, section 11.6.1).
 *
 * @param scheme in lower case
 * @param parameters by lower-case name
 */
record Challenge(String scheme, Map<String, String> parameters) {
  private static final Pattern SCHEME = Pattern.compile("\\s*([A-Za-z][A-Za-z0-9-]*)\\s*(.*)");
  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z0-9_-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]+))");

  /**
   * The challenges of all headers that begin with a scheme; one per header, as registries write.
   */
  static List<Challenge> of(List<String> headers) {
    return headers.stream().map(Challenge::parse).toList();
  }

  private static Challenge parse(String header) {
    Matcher parts = SCHEME.matcher(header);
    if (!parts.matches()) {
      return new Challenge("", Map.of());
    }
    Map<String, String> parameters = new HashMap<>();
    Matcher parameter = PARAMETER.matcher(parts.group(2));
    while (parameter.find()) {
      String quoted = parameter.group(2);
      parameters.put(
          parameter.group(1).toLowerCase(Locale.ROOT),
          quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1"));
    }
    return new Challenge(parts.group(1).toLowerCase(Locale.ROOT), Map.copyOf(parameters));
  }
}
