package dev.archway.gateway.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.pattern.PathPattern;

/**
 * One operation of the API.
 *
 * @param id what the OpenAPI document calls it
 * @param service who answers it
 * @param role what the caller must be; null when the operation checks its callers in its own way
 * @param place where the scope that the role must count in comes from
 */
public record Operation(
    String id, String method, PathPattern path, Service service, @Nullable Role role, Place place) {
  private static final String ATTRIBUTE = Operation.class.getName();

  /** Who answers. */
  public enum Service {
    PLANNER,
    REGISTRY,
    LOGS,
    GATEWAY
  }

  /** Where an operation says which scope it is about. */
  public enum Place {
    /** {@code {org}} and {@code {project}} of the path; the account when the path has neither. */
    PATH,
    /**
     * Parameters {@code org} and {@code project} of the query. The service answers for that scope
     * alone, so a caller with one scope has them filled in.
     */
    QUERY,
    /**
     * The execution that {@code {id}} of the path or parameter {@code execution} names; the account
     * when neither is there.
     */
    EXECUTION,
    /** Any: it is about nobody's things, or it looks at the caller's scopes itself. */
    ANY
  }

  /** True when it changes something. */
  public boolean changes() {
    return !method.equals("GET");
  }

  /** {@code PLANNER} of {@code planner}. */
  static <E extends Enum<E>> E word(Class<E> type, String word) {
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
  }

  /** The operation that a request was found to ask for. */
  public static Optional<Operation> of(HttpServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof Operation operation
        ? Optional.of(operation)
        : Optional.empty();
  }

  void markAs(HttpServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }
}
