package dev.archway.standalone;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The module table of docs/architecture.md, one rule a row. */
@AnalyzeClasses(packages = "dev.archway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] JAVA = {"java..", "org.jspecify.."};

  @ArchTest
  static final ArchRule contract =
      classes()
          .that()
          .resideInAPackage("dev.archway.contract..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(JAVA)
                  .or(
                      resideInAnyPackage(
                          "dev.archway.contract..",
                          "com.fasterxml.jackson.annotation..",
                          "tools.jackson..")))
          .because("every service carries the contract, so it must carry nothing else");

  @ArchTest
  static final ArchRule pipeline =
      classes()
          .that()
          .resideInAPackage("dev.archway.pipeline..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(JAVA)
                  .or(
                      resideInAnyPackage(
                          "dev.archway.pipeline..",
                          "dev.archway.contract..",
                          "dev.archway.expression..",
                          "org.snakeyaml..")))
          .because("a plan is a function of its inputs");

  @ArchTest
  static final ArchRule expression =
      classes()
          .that()
          .resideInAPackage("dev.archway.expression..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(JAVA)
                  .or(
                      resideInAnyPackage(
                          "dev.archway.expression..",
                          "org.apache.commons.jexl3..",
                          "org.apache.commons.logging..",
                          "tools.jackson.core..")))
          .because("planner and executor must read an expression alike");

  @ArchTest
  static final ArchRule pipelineIsPure =
      noClasses()
          .that()
          .resideInAPackage("dev.archway.pipeline..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("java.net.http..", "java.sql..")
                  .or(assignableTo(java.nio.file.Files.class)))
          .because("planning does no I/O");

  @ArchTest
  static final ArchRule machineIsPure =
      noClasses()
          .that()
          .resideInAPackage("dev.archway.planner.machine..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("org.springframework..", "java.sql..", "org.apache.kafka.."))
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .because("what happens next must be replayable");

  @ArchTest
  static final ArchRule servicesMeetOnTheBusOnly =
      slices()
          .matching("dev.archway.(planner|executor|registry|log|gateway)..")
          .should()
          .notDependOnEachOther()
          .because("services share contract, messaging and web, nothing else");

  @ArchTest
  static final ArchRule kafkaStaysBehindTheBus =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.archway.executor..",
              "dev.archway.registry..",
              "dev.archway.log..",
              "dev.archway.gateway..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("org.apache.kafka.."))
          .because(
              "only messaging, the broker and the planner's look at consumer groups know Kafka");

  @ArchTest
  static final ArchRule commandLineTalksHttpOnly =
      noClasses()
          .that()
          .resideInAPackage("dev.archway.cli..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("org.springframework..", "org.apache.kafka.."))
          .allowEmptyShould(true)
          .because("the command starts in a blink and runs anywhere");
}
