package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.failure.Problem;
import dev.archway.contract.plan.StagePlan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Pipelines that others wrote for Harness, in the folder {@code shared} beside the repository or
 * above it ({@code -Dharness.examples} names another). What each comes to, its runs or its errors,
 * is in {@code harness-examples.txt}; {@code -Dgolden.write=true} writes it anew, and the
 * difference is to be read before it is committed.
 */
class HarnessExamplesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/harness-examples.txt");
  private static final Path FOLDER = folder();

  private static Path folder() {
    String named = System.getProperty("harness.examples");
    if (named != null) {
      return Path.of(named);
    }
    Path folder = Path.of("shared/harness-examples");
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path beside = at.resolve(folder);
      if (Files.isDirectory(beside)) {
        return beside;
      }
    }
    return folder;
  }

  /** Knows every name, and guesses what is meant by it. */
  private static final Connectors ALL =
      new Connectors() {
        @Override
        public Optional<Connector> find(String org, String project, String ref) {
          return Optional.of(connector(ref, ref.toLowerCase(Locale.ROOT)));
        }

        @Override
        public List<String> known(String org, String project) {
          return List.of();
        }
      };

  private static Connector connector(String ref, String name) {
    SecretRef secret = new SecretRef("secret");
    if (name.matches(".*(k8|kube|quickstart|cluster).*")) {
      return new Connector.LocalPodman(ref, List.of());
    }
    if (name.matches(".*(git|codebase|ghc).*")) {
      return new Connector.Git(ref, "https://git.example/acme", false, null, null);
    }
    if (name.matches(".*(gcp|gcr).*")) {
      return new Connector.Gcp(ref, secret);
    }
    if (name.matches(".*aws.*")) {
      return new Connector.Aws(ref, "AKIDEXAMPLE", secret, null, null);
    }
    return new Connector.DockerRegistry(ref, URI.create("https://index.docker.io"), null, null);
  }

  private static final Map<String, Object> INPUTS = Map.of("build", "main", "namespace", "ci");

  /** A pipeline around what shows a step or a stage only. */
  private static String whole(String text) {
    String part =
        text.lines()
            .filter(line -> !line.startsWith("#"))
            .collect(Collectors.joining("\n"))
            .stripIndent();
    if (part.startsWith("step:") || part.startsWith("stage:")) {
      part = "- " + part.indent(2).strip() + "\n";
    }
    if (part.startsWith("- step:")) {
      part = withImages(part);
    }
    if (part.startsWith("- step:")) {
      part =
          """
          - stage:
              identifier: s
              type: CI
              spec:
                cloneCodebase: false
                infrastructure: {type: KubernetesDirect, spec: {connectorRef: k8s, namespace: ci}}
                execution:
                  steps:
          """
              + part.indent(10);
    }
    return part.startsWith("- stage:")
        ? "pipeline:\n  identifier: p\n  name: p\n  properties: {ci: {codebase: {connectorRef: git, repoName: a, build: {type: branch, spec: {branch: main}}}}}\n  stages:\n"
            + part.indent(4)
        : text;
  }

  /** Harness Cloud's steps run on its machine; here each needs an image. */
  private static String withImages(String steps) {
    return steps.contains("image:")
        ? steps
        : steps.replaceAll(
            "(?m)^( *)(shell: .*)$", "$1$2\n$1image: acme/tools\n$1connectorRef: docker");
  }

  static Compilation compile(String yaml) {
    return PipelineCompiler.compile(new PipelineSource(yaml, INPUTS, List.of(), null), ALL);
  }

  /** The pipelines, whole; none where the folder is absent. */
  static List<String> examples() throws IOException {
    List<String> pipelines = new ArrayList<>();
    if (Files.isDirectory(FOLDER)) {
      try (Stream<Path> files = Files.list(FOLDER)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
          pipelines.add(whole(Files.readString(file)));
        }
      }
    }
    return pipelines;
  }

  @Test
  void eachCompilesToItsRunsOrIsToldWhyNot() throws IOException {
    assumeThat(FOLDER).isDirectory();
    Map<String, String> told = new TreeMap<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        Compilation compilation = compile(whole(Files.readString(file)));
        List<Problem> problems =
            switch (compilation) {
              case Compilation.Compiled compiled -> compiled.warnings();
              case Compilation.Refused refused -> refused.problems();
            };
        boolean errors = problems.stream().anyMatch(p -> p.severity() == Problem.Severity.ERROR);
        assertThat(errors).as("%s", file).isEqualTo(compilation instanceof Compilation.Refused);
        StringBuilder of = new StringBuilder(errors ? "refused\n" : "compiled\n");
        if (compilation instanceof Compilation.Compiled(var plan, _, _)) {
          plan.stages().forEach(run -> of.append("  ").append(outline(run)).append('\n'));
        }
        problems.stream()
            .filter(problem -> problem.severity() == Problem.Severity.ERROR)
            .map(p -> "%d:%d %s %s".formatted(p.line(), p.column(), p.code(), p.path()))
            .forEach(problem -> of.append("  ").append(problem).append('\n'));
        told.put(file.getFileName().toString(), of.toString());
      }
    }
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(
          GOLDEN,
          told.entrySet().stream()
              .map(entry -> entry.getKey() + ": " + entry.getValue())
              .collect(Collectors.joining()));
    }
    // Another folder may have examples that nobody has looked at.
    Map<String, String> golden = golden();
    told.keySet().retainAll(golden.keySet());
    golden.keySet().retainAll(told.keySet());
    assertThat(told).isEqualTo(golden);
  }

  private static Map<String, String> golden() throws IOException {
    Map<String, String> golden = new TreeMap<>();
    String file = "";
    for (String line : Files.readAllLines(GOLDEN)) {
      int colon = line.indexOf(": ");
      boolean first = !line.startsWith(" ");
      file = first ? line.substring(0, colon) : file;
      golden.merge(file, (first ? line.substring(colon + 2) : line) + "\n", String::concat);
    }
    return golden;
  }

  private static String outline(StagePlan run) {
    return "run %s on %s: %s"
        .formatted(
            run.id(),
            run.platform(),
            run.steps().stream()
                .map(step -> step.id() + " (" + step.getClass().getSimpleName() + ")")
                .collect(Collectors.joining(", ")));
  }
}
