package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.failure.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Pipelines that others wrote for Harness, in a folder beside the repository ({@code
 * -Dharness.examples} names another). What they come to is written to {@code
 * target/harness-examples.txt}.
 */
class HarnessExamplesTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("harness.examples", "../../shared/harness-examples"));

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
      return new Connector.Git(ref, "https://git.example/acme", true, null, null);
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
  void eachCompilesOrIsToldWhyNot() throws IOException {
    assumeThat(FOLDER).isDirectory();
    StringBuilder told = new StringBuilder();
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
        told.append(file.getFileName())
            .append(errors ? ": refused\n" : ": compiled\n")
            .append(
                problems.stream()
                    .map(problem -> "  " + problem + "\n")
                    .collect(Collectors.joining()));
      }
    }
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target/harness-examples.txt"), told.toString());
  }
}
