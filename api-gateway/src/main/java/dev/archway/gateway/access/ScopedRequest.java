package dev.archway.gateway.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that asks for the caller's one scope, as if it had said so itself. */
final class ScopedRequest extends HttpServletRequestWrapper {
  private final Map<String, String[]> parameters;
  private final String query;

  /** Identifiers need no encoding. */
  ScopedRequest(HttpServletRequest request, Scope scope) {
    super(request);
    Map<String, String[]> all = new LinkedHashMap<>(request.getParameterMap());
    StringBuilder text =
        new StringBuilder(request.getQueryString() == null ? "" : request.getQueryString());
    add("org", scope.org(), all, text);
    add("project", scope.project(), all, text);
    this.parameters = Collections.unmodifiableMap(all);
    this.query = text.toString();
  }

  private static void add(
      String name, @Nullable String value, Map<String, String[]> all, StringBuilder text) {
    if (value != null) {
      all.put(name, new String[] {value});
      text.append(text.isEmpty() ? "" : "&").append(name).append('=').append(value);
    }
  }

  @Override
  public String getQueryString() {
    return query;
  }

  @Override
  public @Nullable String getParameter(String name) {
    String[] values = parameters.get(name);
    return values == null ? null : values[0];
  }

  @Override
  public Map<String, String[]> getParameterMap() {
    return parameters;
  }

  @Override
  public Enumeration<String> getParameterNames() {
    return Collections.enumeration(parameters.keySet());
  }

  @Override
  public String @Nullable [] getParameterValues(String name) {
    return parameters.get(name);
  }
}
