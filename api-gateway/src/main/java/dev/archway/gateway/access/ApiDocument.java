package dev.archway.gateway.access;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The API's OpenAPI document, which also says who answers an operation and who may ask for it. What
 * it does not list does not exist at the gateway. Immutable and thread-safe.
 *
 * <p>Each operation has {@code x-archway-service}, {@code x-archway-role} ({@code open} for one
 * that checks its callers itself) and {@code x-archway-scope}; the words are those of {@link
 * Operation}. {@code x-archway-path} of a path is the pattern that requests are matched by, where
 * OpenAPI's own templates cannot say it: a parameter that holds slashes.
 */
public final class ApiDocument {
  private static final String OPEN = "open";
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  private final Map<?, ?> document;
  private final List<Operation> operations;

  private ApiDocument(Map<?, ?> document) {
    this.document = document;
    List<Operation> found = new ArrayList<>();
    section(document, "paths").forEach((path, item) -> read(path, item, found));
    found.sort(Comparator.comparing(Operation::path, PathPattern.SPECIFICITY_COMPARATOR));
    this.operations = List.copyOf(found);
  }

  /**
   * Reads {@code openapi.yaml} of the class path.
   *
   * @throws IllegalArgumentException when an operation lacks what the gateway needs to know
   */
  public static ApiDocument load() {
    try (InputStream text = ApiDocument.class.getResourceAsStream("/openapi.yaml")) {
      if (text == null) {
        throw new IllegalStateException("openapi.yaml is missing on the class path");
      }
      Object read = new Load(LoadSettings.builder().build()).loadFromInputStream(text);
      return new ApiDocument((Map<?, ?>) read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The document as it is, for publishing. */
  public Map<?, ?> document() {
    return document;
  }

  /** All operations, those with the most specific paths first. */
  public List<Operation> operations() {
    return operations;
  }

  /** What a path has. */
  public sealed interface Found {
    /** The operation. */
    record Match(Operation operation, Map<String, String> variables) implements Found {}

    /** The path is known, under these methods only. */
    record OtherMethods(Set<String> allowed) implements Found {}

    /** Nothing. */
    record Nothing() implements Found {}
  }

  /**
   * Finds the operation of a request; HEAD is GET without a body.
   *
   * @param path as the request has it, not decoded
   */
  public Found find(String method, String path) {
    String wanted = method.equals("HEAD") ? "GET" : method;
    PathContainer parsed = PathContainer.parsePath(path);
    Set<String> allowed = new TreeSet<>();
    for (Operation operation : operations) {
      if (!operation.path().matches(parsed)) {
        continue;
      }
      if (operation.method().equals(wanted)) {
        PathPattern.@Nullable PathMatchInfo match = operation.path().matchAndExtract(parsed);
        return new Found.Match(operation, match == null ? Map.of() : match.getUriVariables());
      }
      allowed.add(operation.method());
    }
    return allowed.isEmpty() ? new Found.Nothing() : new Found.OtherMethods(allowed);
  }

  private static void read(String path, Object item, List<Operation> found) {
    Map<?, ?> methods = (Map<?, ?>) item;
    Object pattern = methods.get("x-archway-path");
    PathPattern parsed =
        PathPatternParser.defaultInstance.parse(pattern == null ? path : pattern.toString());
    methods.forEach((method, details) -> {
      if (METHODS.contains(method.toString()) && details instanceof Map<?, ?> operation) {
        found.add(read(method.toString(), path, parsed, operation));
      }
    });
  }

  private static Operation read(
      String method, String path, PathPattern pattern, Map<?, ?> details) {
    try {
      String role = text(details, "x-archway-role");
      return new Operation(
          text(details, "operationId"),
          method.toUpperCase(java.util.Locale.ROOT),
          pattern,
          Operation.word(Operation.Service.class, text(details, "x-archway-service")),
          role.equals(OPEN) ? null : Role.of(role),
          Operation.word(Operation.Place.class, text(details, "x-archway-scope")));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "openapi.yaml: %s %s: %s".formatted(method, path, e.getMessage()), e);
    }
  }

  private static String text(Map<?, ?> details, String key) {
    Object value = details.get(key);
    if (value == null) {
      throw new IllegalArgumentException("%s is missing".formatted(key));
    }
    return value.toString();
  }

  private static Map<String, Object> section(Map<?, ?> of, String key) {
    Map<String, Object> section = new java.util.LinkedHashMap<>();
    if (of.get(key) instanceof Map<?, ?> found) {
      found.forEach((name, value) -> section.put(name.toString(), value));
    }
    return section;
  }
}
