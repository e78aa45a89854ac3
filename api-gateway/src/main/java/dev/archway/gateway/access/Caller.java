package dev.archway.gateway.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;

/**
 * Who asks.
 *
 * @param name for people and for the audit log, such as {@code token:deploy} or {@code
 *     user:ada@example.org}
 * @param grants what this one may do, and where
 */
public record Caller(String name, List<Grant> grants) {
  private static final String ATTRIBUTE = Caller.class.getName();

  /** A role in a scope. */
  public record Grant(Role role, Scope scope) {
    /** True when it gives all that the other one does. */
    public boolean covers(Grant other) {
      return role.allows(other.role) && scope.covers(other.scope);
    }
  }

  public Caller {
    grants = List.copyOf(grants);
  }

  /** True when this one may act in that role there. */
  public boolean may(Role role, Scope scope) {
    Grant needed = new Grant(role, scope);
    return grants.stream().anyMatch(grant -> grant.covers(needed));
  }

  /** Where this one may act in that role. */
  public List<Scope> scopes(Role role) {
    return grants.stream()
        .filter(grant -> grant.role().allows(role))
        .map(Grant::scope)
        .distinct()
        .toList();
  }

  /** Who sent a request that {@link AccessFilter} has let in. */
  public static Caller of(HttpServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof Caller caller) {
      return caller;
    }
    throw new IllegalStateException(
        "no caller is known of %s (expected: an operation with a role)"
            .formatted(request.getRequestURI()));
  }

  void markAs(HttpServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }
}
