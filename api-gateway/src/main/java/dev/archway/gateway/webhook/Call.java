package dev.archway.gateway.webhook;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A webhook's call as it came in. */
final class Call {
  private static final Predicate<String> TOLD =
      Pattern.compile("x-(?!.*(token|signature|forwarded|real-ip)).*|user-agent|content-type")
          .asMatchPredicate();

  private final Map<String, String> headers;
  private final byte[] body;

  /**
   * @param headers lower-case names
   * @param body exactly as it was sent, since that is what is signed
   */
  Call(Map<String, String> headers, byte[] body) {
    this.headers = Map.copyOf(headers);
    this.body = body.clone();
  }

  byte[] body() {
    return body.clone();
  }

  @Nullable String header(String name) {
    String value = headers.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** The headers that may be kept: none with a credential, none about the way the call took. */
  Map<String, String> told() {
    return headers.entrySet().stream()
        .filter(entry -> TOLD.test(entry.getKey()))
        .collect(
            Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, _) -> a, TreeMap::new));
  }

  /** The JSON in the body; GitHub and Gitea send it as a form's field {@code payload} as well. */
  String json() {
    String text = new String(body, StandardCharsets.UTF_8);
    String type = header("content-type");
    return type != null
            && type.startsWith("application/x-www-form-urlencoded")
            && text.startsWith("payload=")
        ? URLDecoder.decode(text.substring("payload=".length()), StandardCharsets.UTF_8)
        : text;
  }
}
