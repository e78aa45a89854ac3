package dev.archway.planner.settings;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.failure.Problem;
import dev.archway.web.ProblemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the controllers of connectors and secrets answer alike. */
final class Scopes {
  static final String ORG = "/api/v1/orgs/{org}";
  static final String PROJECT = ORG + "/projects/{project}";

  private Scopes() {}

  /** The scope of an address. */
  static Scope of(@Nullable String org, @Nullable String project) {
    try {
      return new Scope(org == null ? "" : org, project == null ? "" : project);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(400, "Bad request", String.valueOf(e.getMessage()));
    }
  }

  static ProblemException unknown(String what, Scope scope, String identifier) {
    return new ProblemException(
        404,
        "Not found",
        "no %s \"%s\" is stored for %s (expected: one that was stored over the API)"
            .formatted(what, identifier, scope.words()));
  }

  static ProblemException refused(String what, List<Problem> problems) {
    return new ProblemException(
        422,
        "The %s cannot be used".formatted(what),
        "nothing was stored; the findings tell what to change",
        problems);
  }

  /** What the address names and what the document names must be one. */
  static void same(String what, String address, String document) {
    if (!address.equals(document)) {
      throw new ProblemException(
          422,
          "The %s cannot be used".formatted(what),
          "the document's identifier is \"%s\" (expected: \"%s\", as the address says)"
              .formatted(document, address));
    }
  }
}
