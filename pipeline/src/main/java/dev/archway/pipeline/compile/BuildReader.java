package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.StepPlan;
import dev.archway.pipeline.ProblemCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the steps that build an image and push it (Harness pages "Build and push to Docker", "… to
 * ECR", "… to GAR", "… to GCR", "… to ACR"): they differ in where they push and as whom.
 */
final class BuildReader {
  private static final Pattern SECRET_ID = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]*");

  /** Flags of speed and talk (Harness page "Build and push runtime flags"). */
  private static final Set<String> HOW =
      Set.of(
          "PLUGIN_CACHE_COPY_LAYERS",
          "PLUGIN_CACHE_RUN_LAYERS",
          "PLUGIN_CACHE_TTL",
          "PLUGIN_COMPRESSED_CACHING",
          "PLUGIN_IMAGE_DOWNLOAD_RETRY",
          "PLUGIN_IMAGE_FS_EXTRACT_RETRY",
          "PLUGIN_LOG_FORMAT",
          "PLUGIN_LOG_TIMESTAMP",
          "PLUGIN_PUSH_RETRY",
          "PLUGIN_USE_NEW_RUN",
          "PLUGIN_VERBOSITY");

  private static final Set<String> PLATFORMS = Set.of("PLUGIN_PLATFORM", "PLUGIN_PLATFORMS");

  private final Lookup lookup;

  BuildReader(Lookup lookup) {
    this.lookup = lookup;
  }

  @Nullable StepPlan read(String type, StepReader.Head head, Fields fields) {
    PushTarget target = PushTarget.read(type, fields, lookup);
    List<String> tags = StepReader.tags(fields, "tags");
    Repository cache = cache(type, fields, target);
    for (String key : new String[] {"cacheFrom", "cacheTo"}) {
      if (!fields.texts(key).isEmpty()) {
        fields.warn(
            key,
            ProblemCode.NOT_SUPPORTED,
            "\"%s\" is not used; the result is the same, but slower (expected: \"%s\" with a repository)"
                .formatted(key, cacheKey(type)));
      }
    }
    variables(fields);
    Caching.ofBuild(fields);
    String dockerfile = fields.text("dockerfile");
    String context = fields.text("context");
    String in = StepReader.inWorkspace(fields, "context", context == null ? "." : context);
    String file =
        StepReader.inWorkspace(
            fields,
            "dockerfile",
            dockerfile == null
                ? Path.of(in).resolve("Dockerfile").normalize().toString()
                : dockerfile);
    String stage = fields.text("target");
    Map<String, String> arguments = fields.templates("buildArgs");
    Map<String, String> labels = fields.templates("labels");
    Map<String, String> secrets = secrets(fields);
    StepPlan.Resources resources = RunReader.resources(fields.object("resources"));
    List<Connector.DockerRegistry> bases = bases(fields, target);
    fields.finish();
    if (target == null || tags.isEmpty()) {
      return null;
    }
    return new StepPlan.BuildAndPush(
        head.id(),
        head.name(),
        head.timeout(),
        target.registry(),
        target.repository(),
        tags,
        in,
        file,
        stage,
        arguments,
        labels,
        secrets,
        resources,
        bases,
        cache,
        type);
  }

  /** Both kinds are files below {@code /run/secrets} for the RUN lines that mount them. */
  private static Map<String, String> secrets(Fields fields) {
    Map<String, String> secrets = new LinkedHashMap<>();
    for (String key : List.of("envDockerSecrets", "fileDockerSecrets")) {
      fields
          .templates(key)
          .forEach((id, value) -> {
            if (!SECRET_ID.matcher(id).matches()) {
              fields.error(
                  key,
                  ProblemCode.BAD_VALUE,
                  "secret \"%s\" (expected: letters, digits, _, . and -)".formatted(id));
            } else if (secrets.put(id, value) != null) {
              fields.error(
                  key,
                  ProblemCode.DUPLICATE_IDENTIFIER,
                  "a second secret \"%s\" (expected: one of each id)".formatted(id));
            }
          });
    }
    return secrets;
  }

  private static String cacheKey(String type) {
    return type.equals("BuildAndPushDockerRegistry") || type.equals("BuildAndPushACR")
        ? "remoteCacheRepo"
        : "remoteCacheImage";
  }

  private static @Nullable Repository cache(
      String type, Fields fields, @Nullable PushTarget target) {
    String key = cacheKey(type);
    String written = fields.text(key);
    return written == null || target == null ? null : target.beside(fields, key, written);
  }

  /** What Harness's build tools read from their environment; a Dockerfile does not see it. */
  private static void variables(Fields fields) {
    Map<String, String> variables = fields.templates("envVariables");
    variables.forEach((name, value) -> {
      if (HOW.contains(name)) {
        fields.warn(
            "envVariables",
            ProblemCode.NOT_SUPPORTED,
            "\"%s\" is not used: it says how Harness's build tool works, not what comes out of it"
                .formatted(name));
      } else if (PLATFORMS.contains(name)) {
        fields.error(
            "envVariables",
            ProblemCode.NOT_SUPPORTED,
            "\"%s\" would have one machine build for several platforms, which each build for their own here (expected: platforms of the stage, such as [linux/amd64, linux/arm64], which joins what they push)"
                .formatted(name));
      } else if (name.startsWith("PLUGIN_")) {
        fields.error(
            "envVariables",
            ProblemCode.NOT_SUPPORTED,
            "\"%s\" is a flag of Harness's build tool, but images are built with buildah here, and leaving it out could change the result (expected: the step's own fields, such as buildArgs, target and labels)"
                .formatted(name));
      } else {
        fields.warn(
            "envVariables",
            ProblemCode.NOT_SUPPORTED,
            "\"%s\" reaches no line of the Dockerfile, as with Harness (expected: buildArgs and an ARG line)"
                .formatted(name));
      }
    });
  }

  private List<Connector.DockerRegistry> bases(Fields fields, @Nullable PushTarget target) {
    List<Connector.DockerRegistry> bases = new ArrayList<>();
    for (String ref : fields.texts("baseImageConnectorRefs")) {
      Connector.DockerRegistry base =
          lookup.find(fields, "baseImageConnectorRefs", ref, Connector.DockerRegistry.class);
      if (base == null || target == null) {
        continue;
      }
      if (base.host().equals(target.registry().host())) {
        if (!base.ref().equals(target.registry().ref())) {
          fields.warn(
              "baseImageConnectorRefs",
              ProblemCode.NOT_SUPPORTED,
              "connector \"%s\" is not used: %s is logged in at with the account that pushes there"
                  .formatted(ref, base.host()));
        }
      } else if (base.plainHttp() && !target.registry().plainHttp()) {
        fields.error(
            "baseImageConnectorRefs",
            ProblemCode.NOT_SUPPORTED,
            "connector \"%s\" is of a registry without TLS (expected: one with TLS, as the one that is pushed to)"
                .formatted(ref));
      } else {
        bases.add(base);
      }
    }
    return bases;
  }
}
