package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.StepPlan;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the steps that build an image and push it (Harness pages "Build and push to Docker", "… to
 * ECR", "… to GAR", "… to GCR", "… to ACR"): they differ in where they push and as whom.
 */
final class BuildReader {
  private final Lookup lookup;
  private final Findings findings;

  BuildReader(Lookup lookup, Findings findings) {
    this.lookup = lookup;
    this.findings = findings;
  }

  @Nullable StepPlan read(String type, StepReader.Head head, Fields fields) {
    PushTarget target = PushTarget.read(type, fields, lookup);
    List<String> tags = StepReader.tags(fields, "tags");
    Repository cache = cache(type, fields, target);
    fields.unsupported("registryRef", "envDockerSecrets", "fileDockerSecrets");
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
    // How Harness's build tool works, not what comes out of it.
    fields.ignore("optimize", "runAsUser");
    Caching.check(fields);
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
        resources,
        bases,
        cache);
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
      if (name.startsWith("PLUGIN_")) {
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
      YamlNode.Place place = fields.place("baseImageConnectorRefs");
      Map<String, YamlNode> one =
          new LinkedHashMap<>(
              Map.of("baseImageConnectorRefs", new YamlNode.Scalar(ref, false, place)));
      Connector.DockerRegistry base =
          lookup.find(
              new Fields(new YamlNode.Mapping(one, Map.of(), place), fields.path(), findings),
              "baseImageConnectorRefs",
              Connector.DockerRegistry.class);
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
