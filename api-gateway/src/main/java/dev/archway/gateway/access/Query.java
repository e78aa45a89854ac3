package dev.archway.gateway.access;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * A request's query. The servlet's own parameters would mix in those of a form in the body, which
 * is not what a service reads.
 */
record Query(MultiValueMap<String, String> parameters) {
  static Query of(HttpServletRequest request) {
    return new Query(
        UriComponentsBuilder.newInstance()
            .query(request.getQueryString())
            .build()
            .getQueryParams());
  }

  /**
   * The parameter's value; null when it is not there.
   *
   * @throws IllegalArgumentException when it is there more than once, which readers understand in
   *     different ways
   */
  @Nullable String only(String name) {
    List<String> values = parameters.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw new IllegalArgumentException(
          "%s: given %d times (expected: once)".formatted(name, values.size()));
    }
    // A name without "=" has a null for its value, whatever Spring's types say.
    @Nullable String value = values.isEmpty() ? null : values.getFirst();
    return value == null ? null : UriUtils.decode(value.replace('+', ' '), StandardCharsets.UTF_8);
  }
}
