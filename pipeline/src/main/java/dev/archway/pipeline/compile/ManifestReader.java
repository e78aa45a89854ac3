package dev.archway.pipeline.compile;

import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Template;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads Plugin steps whose image is {@code plugins/manifest}, which joins tags into an image index
 * (drone-manifest's documentation, "Settings"). Where this execution pushes what it joins, the
 * index is published by digest, as declared ones are; elsewhere the plugin itself runs.
 */
final class ManifestReader {
  /** At any registry, under any tag. */
  private static final Pattern IMAGE = Pattern.compile("(.+/)?plugins/manifest([:@].*)?");

  /** What a native publication means as the plugin does; accounts are the connectors' business. */
  private static final Set<String> SETTINGS =
      Set.of("target", "template", "platforms", "ignore_missing", "username", "password");

  private ManifestReader() {}

  /**
   * The settings of a step that may be an index's.
   *
   * @param spec the step's, for findings
   * @param target the index's repository and tag
   * @param template the parts' repository and tag, with OS, ARCH and VARIANT in it
   * @param ignoreMissing true publishes without the parts that are missing
   */
  record Manifest(
      Fields spec, Name target, Name template, List<Platform> platforms, boolean ignoreMissing) {}

  /** A repository as written, and a tag that may have expressions. */
  record Name(String repository, String tag) {}

  static boolean is(String image) {
    return IMAGE.matcher(image).matches();
  }

  /** The settings; null when the plugin itself runs, of which a warning says why. */
  static @Nullable Manifest read(Fields spec) {
    Fields settings = spec.object("settings");
    if (settings == null) {
      return null;
    }
    YamlNode.Mapping node = settings.node();
    List<String> others =
        node.entries().keySet().stream()
            .filter(key -> !SETTINGS.contains(key) && !blank(node.get(key)))
            .sorted()
            .toList();
    if (!others.isEmpty()) {
      itself(spec, "Archway does not read its settings %s".formatted(others));
      return null;
    }
    Name target = name(node.text("target"));
    Name template = name(node.text("template"));
    List<Platform> platforms = platforms(settings);
    if (target == null || template == null || platforms.isEmpty()) {
      itself(spec, "target and template are no REPOSITORY:TAG, or platforms are missing");
      return null;
    }
    String ignore = node.text("ignore_missing");
    return new Manifest(spec, target, template, platforms, "true".equals(ignore));
  }

  private static boolean blank(@Nullable YamlNode node) {
    return node == null || node.blank();
  }

  private static void itself(Fields spec, String why) {
    spec.warn(
        "settings",
        ProblemCode.NOT_SUPPORTED,
        "the plugin itself runs and joins whatever its tags name at that moment, since %s"
            .formatted(why));
  }

  private static List<Platform> platforms(Fields settings) {
    List<String> words =
        switch (settings.node().get("platforms")) {
          case YamlNode.Sequence list ->
              list.items().stream()
                  .filter(YamlNode.Scalar.class::isInstance)
                  .map(item -> ((YamlNode.Scalar) item).text())
                  .toList();
          case YamlNode.Scalar scalar when !scalar.blank() -> List.of(scalar.text().split(",", -1));
          case null, default -> List.of();
        };
    List<Platform> platforms = new ArrayList<>();
    for (String word : words) {
      try {
        platforms.add(Platform.parse(word.strip()));
      } catch (IllegalArgumentException e) {
        settings.error("platforms", ProblemCode.BAD_VALUE, String.valueOf(e.getMessage()));
      }
    }
    return platforms;
  }

  /** What stands before and behind the last colon of the last component, outside expressions. */
  private static @Nullable Name name(@Nullable String written) {
    if (written == null) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    StringBuilder mask = new StringBuilder();
    try {
      for (Template.Part part : Template.parse(written.strip()).parts()) {
        switch (part) {
          case Template.Part.Text(String literal) -> {
            text.append(literal);
            mask.append(literal);
          }
          case Template.Part.Value(var code) -> {
            String expression = "<+" + code.written() + ">";
            text.append(expression);
            mask.repeat("x", expression.length());
          }
        }
      }
    } catch (ExpressionException e) {
      return null;
    }
    int colon = mask.lastIndexOf(":");
    if (colon <= mask.lastIndexOf("/") || colon == text.length() - 1) {
      return null;
    }
    String repository = text.substring(0, colon);
    return Template.hasExpression(repository)
        ? null
        : new Name(repository, text.substring(colon + 1));
  }

  /** The tag of a platform's part: the plugin replaces these words wherever they stand. */
  private static String tag(String template, Platform platform) {
    String variant = platform.variant() == null ? "" : platform.variant();
    StringBuilder tag = new StringBuilder();
    try {
      for (Template.Part part : Template.parse(template).parts()) {
        switch (part) {
          case Template.Part.Text(String literal) ->
              tag.append(
                  literal
                      .replace("OS", platform.os())
                      .replace("ARCH", platform.architecture())
                      .replace("VARIANT", variant));
          case Template.Part.Value(var code) -> tag.append("<+").append(code.written()).append('>');
        }
      }
    } catch (ExpressionException e) {
      throw new IllegalStateException("a template that has been read", e);
    }
    return tag.toString();
  }

  /** A push of this execution, and the id of its stage run. */
  private record Push(String stage, StepPlan.BuildAndPush step) {
    boolean of(String repository) {
      try {
        return Repository.resolve(repository, step.registry().host()).equals(step.repository());
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
  }

  /**
   * The index that the step publishes; null when the plugin itself runs, of which a warning says
   * why, or after a finding.
   *
   * @param id the index's
   * @param stage the id of the run that the step belongs to
   * @param before the steps of that run before this one
   * @param earlier runs that have ended when that one starts
   */
  static @Nullable IndexPlan index(
      Manifest manifest,
      String id,
      String stage,
      List<StepPlan> before,
      List<StagePlan> earlier,
      Tags claimed) {
    List<Push> pushes =
        Stream.concat(
                earlier.stream().flatMap(run -> pushes(run.id(), run.steps())),
                pushes(stage, before))
            .toList();
    List<IndexPlan.Part> parts = new ArrayList<>();
    List<Push> pushers = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Platform platform : manifest.platforms()) {
      String tag = tag(manifest.template().tag(), platform);
      Push pusher =
          pushes.stream()
              .filter(push -> push.of(manifest.template().repository()))
              .filter(push -> push.step().tags().contains(tag))
              .findFirst()
              .orElse(null);
      if (pusher != null) {
        pushers.add(pusher);
      } else {
        missing.add(manifest.template().repository() + ":" + tag);
      }
      parts.add(new IndexPlan.Part(tag, platform));
    }
    Push first = pushers.isEmpty() ? null : pushers.getFirst();
    if (first == null || !first.of(manifest.target().repository())) {
      itself(
          manifest.spec(),
          first == null
              ? "no earlier step builds and pushes %s".formatted(String.join(" or ", missing))
              : "its parts are in %s and its target is not".formatted(first.step().repository()));
      return null;
    }
    if (!missing.isEmpty() && !manifest.ignoreMissing()) {
      manifest
          .spec()
          .error(
              "settings",
              ProblemCode.INDEX_PART_NOT_PUSHED,
              "no earlier step pushes %s (expected: a BuildAndPush step for each platform before this one, or ignore_missing: true)"
                  .formatted(String.join(" and ", missing)));
      return null;
    }
    String tag = manifest.target().tag();
    if (!Template.hasExpression(tag) && !Repository.TAG.matcher(tag).matches()) {
      manifest
          .spec()
          .error(
              "settings",
              ProblemCode.BAD_VALUE,
              "tag \"%s\" (expected: up to 128 letters, digits, ., _ and -, not starting with . or -)"
                  .formatted(tag));
      return null;
    }
    claimed.claim(manifest.spec(), "settings", first.step().repository(), List.of(tag));
    Set<String> after = new LinkedHashSet<>();
    pushers.forEach(push -> after.add(push.stage()));
    return new IndexPlan(
        id,
        first.step().registry(),
        first.step().repository(),
        List.of(tag),
        parts,
        List.copyOf(after),
        manifest.ignoreMissing());
  }

  private static Stream<Push> pushes(String stage, List<StepPlan> steps) {
    return steps.stream()
        .filter(StepPlan.BuildAndPush.class::isInstance)
        .map(step -> new Push(stage, (StepPlan.BuildAndPush) step));
  }
}
