package dev.archway.pipeline;

import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode.Place;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Collects findings, so that a user sees all at once. Not thread-safe; one for each compilation.
 */
public final class Findings {
  private final Set<Problem> problems = new LinkedHashSet<>();

  /** Keeps the pipeline from starting. */
  public void error(Place place, String path, ProblemCode code, String message) {
    add(Problem.Severity.ERROR, place, path, code, message);
  }

  /** Is told, and the pipeline starts. */
  public void warning(Place place, String path, ProblemCode code, String message) {
    add(Problem.Severity.WARNING, place, path, code, message);
  }

  /** A document that cannot be read. */
  public void unreadable(String path, String cannot, YamlException why) {
    problems.add(
        new Problem(
            Problem.Severity.ERROR,
            path,
            why.line(),
            why.column(),
            why.code(),
            cannot + why.getMessage()));
  }

  private void add(
      Problem.Severity severity, Place place, String path, ProblemCode code, String message) {
    problems.add(new Problem(severity, path, place.line(), place.column(), code.code(), message));
  }

  /** True when the pipeline cannot start. */
  public boolean hasErrors() {
    return problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
  }

  /** All of them, in the order of the document. */
  public List<Problem> sorted() {
    // A value that is missing because its input has none is told once.
    Set<Place> unresolved =
        problems.stream()
            .filter(problem -> problem.code().equals(ProblemCode.UNRESOLVED_INPUT.code()))
            .map(Findings::place)
            .collect(Collectors.toSet());
    // So is what is wrong with every copy that a strategy makes.
    Set<String> told = new HashSet<>();
    return problems.stream()
        .filter(problem ->
            told.add(
                problem.line()
                    + ":"
                    + problem.column()
                    + problem.code()
                    + problem.message()
                    + (problem.line() == 0 ? problem.path() : "")))
        .filter(problem ->
            !problem.code().equals(ProblemCode.MISSING_FIELD.code())
                || !unresolved.contains(place(problem)))
        .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
        .toList();
  }

  private static Place place(Problem problem) {
    return new Place(problem.line(), problem.column());
  }
}
