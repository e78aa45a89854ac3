package dev.archway.gateway.access;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a role counts: the whole account, an organisation with all its projects, or one project.
 *
 * @param org null for the account
 * @param project null for an organisation and for the account
 */
public record Scope(@Nullable String org, @Nullable String project) {
  /** Everything. */
  public static final Scope ACCOUNT = new Scope(null, null);

  /** Harness's own rule for identifiers. */
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_$]{0,127}");

  public Scope {
    if (org == null && project != null) {
      throw new IllegalArgumentException(
          "project: \"%s\" without an org (expected: both, the org alone, or neither)"
              .formatted(project));
    }
    check("org", org);
    check("project", project);
  }

  private static void check(String what, @Nullable String identifier) {
    if (identifier != null && !IDENTIFIER.matcher(identifier).matches()) {
      throw new IllegalArgumentException(
          "%s: \"%s\" (expected: an identifier of letters, digits and _, at most 128 long)"
              .formatted(what, identifier));
    }
  }

  /** True when the other one is this or lies in it. */
  public boolean covers(Scope other) {
    return org == null
        || (org.equals(other.org) && (project == null || project.equals(other.project)));
  }

  /** {@code account}, {@code org} or {@code org/project}. */
  @Override
  public String toString() {
    return org == null ? "account" : project == null ? org : org + "/" + project;
  }
}
