package dev.archway.contract.connector;

import java.util.regex.Pattern;

/**
 * Where a connector or a secret lies (Harness page "Platform hierarchy"): in the account, in one of
 * its organisations, or in a project of that.
 *
 * @param org empty for the account
 * @param project empty for the account and for an organisation
 */
public record Scope(String org, String project) {
  private static final Pattern IDENTIFIER = Pattern.compile("[^/@:\\p{Cntrl}]{0,128}");

  /** The whole installation. */
  public static final Scope ACCOUNT = new Scope("", "");

  public Scope {
    if (org.isEmpty() && !project.isEmpty()) {
      throw new IllegalArgumentException(
          "scope: project \"%s\" without an organisation (expected: both)".formatted(project));
    }
    check("organisation", org);
    check("project", project);
  }

  private static void check(String what, String identifier) {
    if (!IDENTIFIER.matcher(identifier).matches()) {
      throw new IllegalArgumentException(
          "scope: %s \"%s\" (expected: an identifier, of 128 characters at most)"
              .formatted(what, identifier.substring(0, Math.min(identifier.length(), 128))));
    }
  }

  /** Reads the printed form. */
  public static Scope parse(String path) {
    int slash = path.indexOf('/');
    return slash < 0
        ? new Scope(path, "")
        : new Scope(path.substring(0, slash), path.substring(slash + 1));
  }

  /** How a pipeline of this scope's projects names what lies here. */
  public String ref(String identifier) {
    return org.isEmpty()
        ? "account." + identifier
        : project.isEmpty() ? "org." + identifier : identifier;
  }

  /** For messages: {@code the account}, {@code organisation o} or {@code project o/p}. */
  public String words() {
    return org.isEmpty()
        ? "the account"
        : project.isEmpty() ? "organisation " + org : "project " + this;
  }

  /** Nothing for the account, {@code org}, or {@code org/project}. */
  @Override
  public String toString() {
    return project.isEmpty() ? org : org + "/" + project;
  }
}
