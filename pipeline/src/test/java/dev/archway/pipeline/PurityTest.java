package dev.archway.pipeline;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The same pipeline, inputs and connectors give the same plan, whenever and wherever. */
@AnalyzeClasses(
    packages = "dev.archway.pipeline",
    importOptions = ImportOption.DoNotIncludeTests.class)
class PurityTest {
  @ArchTest
  static final ArchRule needsOnlyTheContractAndAYamlParser =
      classes()
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                      "dev.archway.pipeline..",
                      "dev.archway.contract..",
                      "dev.archway.expression..",
                      "org.snakeyaml.engine..",
                      "org.jspecify..",
                      "java.lang..",
                      "java.math",
                      "java.nio.file",
                      "java.time",
                      "java.util..",
                      "java.io")
                  .or(belongToAnyOf(URI.class)));

  @ArchTest
  static final ArchRule readsNoFileNorSocket =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("java.nio..", "java.io", "java.net..")
                  .and(not(belongToAnyOf(Path.class, InvalidPathException.class, URI.class)))
                  .and(not(belongToAnyOf(java.io.Serializable.class))));

  @ArchTest
  static final ArchRule readsNoClockAndThrowsNoDice =
      noClasses()
          .should()
          .dependOnClassesThat(
              belongToAnyOf(
                  java.time.Clock.class,
                  java.time.Instant.class,
                  java.util.Random.class,
                  java.util.UUID.class))
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .orShould()
          .callMethod(System.class, "getProperty", String.class);
}
