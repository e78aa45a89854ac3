package dev.archway.planner.pipelines;

import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlReader;
import dev.archway.web.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Harness document says of itself: its kind, and where it belongs. A document is only ever
 * used in the project that it names, so that nothing reads another project's secrets by naming it.
 *
 * @param body what stands below the kind's key
 */
public record Heading(
    YamlNode.Mapping body, String org, String project, String identifier, String name) {
  private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z_][0-9a-zA-Z_]{0,127}");
  private static final int LONGEST_NAME = 256;

  /**
   * Reads a document that must belong to a project.
   *
   * @param kind the document's key, such as {@code pipeline}
   * @param id what its identifier must be; null for any
   * @throws ProblemException 422 with all findings
   */
  public static Heading read(
      String yaml, String kind, String org, String project, @Nullable String id) {
    YamlNode root;
    try {
      root = YamlReader.read(yaml);
    } catch (YamlException e) {
      throw refused(
          kind,
          List.of(
              new Problem(
                  Problem.Severity.ERROR,
                  "",
                  e.line(),
                  e.column(),
                  e.code(),
                  "cannot read the %s: %s".formatted(kind, e.getMessage()))));
    }
    if (!(root instanceof YamlNode.Mapping document)
        || !(document.get(kind) instanceof YamlNode.Mapping body)) {
      throw refused(
          kind,
          List.of(
              error(
                  root.place(),
                  "",
                  "no %s here (expected: the key \"%s\" with its fields indented below it)"
                      .formatted(kind, kind))));
    }
    List<Problem> problems = new ArrayList<>();
    String identifier = body.text("identifier");
    if (identifier == null || !IDENTIFIER.matcher(identifier.strip()).matches()) {
      problems.add(
          error(
              place(body, "identifier"),
              kind + ".identifier",
              "\"%s\" (expected: letters, digits and _, not starting with a digit)"
                  .formatted(identifier == null ? "" : identifier)));
    } else {
      same(body, kind, "identifier", id, problems);
    }
    same(body, kind, "orgIdentifier", org, problems);
    same(body, kind, "projectIdentifier", project, problems);
    String name = body.text("name");
    if (name != null && name.length() > LONGEST_NAME) {
      problems.add(
          error(
              place(body, "name"),
              kind + ".name",
              "%d characters (expected: %d at most)".formatted(name.length(), LONGEST_NAME)));
    }
    if (!problems.isEmpty() || identifier == null) {
      throw refused(kind, problems);
    }
    String id1 = identifier.strip();
    return new Heading(body, org, project, id1, name == null ? id1 : name.strip());
  }

  /** An organisation or project that is not named is the one named {@code default}. */
  private static void same(
      YamlNode.Mapping body,
      String kind,
      String key,
      @Nullable String expected,
      List<Problem> problems) {
    String text = body.text(key);
    String found = text == null ? "default" : text.strip();
    if (expected != null && !found.equals(expected)) {
      problems.add(
          error(
              place(body, key),
              kind + "." + key,
              "\"%s\" (expected: %s, as the address says)".formatted(found, expected)));
    }
  }

  private static YamlNode.Place place(YamlNode.Mapping body, String key) {
    YamlNode value = body.get(key);
    return value == null ? body.place() : value.place();
  }

  private static Problem error(YamlNode.Place place, String path, String message) {
    return new Problem(
        Problem.Severity.ERROR, path, place.line(), place.column(), "bad-value", message);
  }

  /** What a document that cannot be kept is answered with. */
  public static ProblemException refused(String kind, List<Problem> problems) {
    return new ProblemException(
        422,
        "The %s cannot be stored".formatted(kind),
        "%d findings in the %s; nothing was changed".formatted(problems.size(), kind),
        problems);
  }
}
