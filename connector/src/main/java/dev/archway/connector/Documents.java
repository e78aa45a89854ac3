package dev.archway.connector;

import dev.archway.contract.connector.Scope;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the documents of connectors and secrets have in common. */
final class Documents {
  private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z_][0-9a-zA-Z_]{0,127}");

  private Documents() {}

  /** The document's identifier; null, and a finding, when it has none. */
  static @Nullable String identifier(Section document) {
    String id = document.required("identifier");
    if (id != null && !IDENTIFIER.matcher(id).matches()) {
      document.error(
          "identifier",
          ProblemCode.BAD_IDENTIFIER,
          "\"%s\" (expected: letters, digits and _, not starting with a digit, at most 128)"
              .formatted(id.substring(0, Math.min(id.length(), 128))));
    }
    return id;
  }

  /**
   * Where the document lies.
   *
   * @param asked where it is to lie: fields that say otherwise are findings; null takes the fields'
   *     word
   */
  static Scope scope(
      YamlNode.Mapping mapping, String path, @Nullable Scope asked, Findings findings) {
    Section document = new Section(mapping, path, Scope.ACCOUNT, findings);
    String org = document.text("orgIdentifier");
    String project = document.text("projectIdentifier");
    if (asked != null) {
      mustBe(document, "orgIdentifier", org, asked.org());
      mustBe(document, "projectIdentifier", project, asked.project());
      return asked;
    }
    if (org == null && project != null) {
      document.missing("orgIdentifier");
      return Scope.ACCOUNT;
    }
    try {
      return new Scope(org == null ? "" : org, project == null ? "" : project);
    } catch (IllegalArgumentException e) {
      document.error("orgIdentifier", ProblemCode.BAD_IDENTIFIER, String.valueOf(e.getMessage()));
      return Scope.ACCOUNT;
    }
  }

  private static void mustBe(Section document, String key, @Nullable String written, String asked) {
    if (written != null && !written.equals(asked)) {
      document.error(
          key,
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: %s, as the address says)"
              .formatted(written, asked.isEmpty() ? "nothing" : "\"" + asked + "\""));
    }
  }
}
