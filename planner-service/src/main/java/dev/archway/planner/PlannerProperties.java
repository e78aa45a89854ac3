package dev.archway.planner;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * The planner's settings.
 *
 * @param connectorsDirectory where connector files lie
 * @param secretsDirectory where secrets lie that the planner itself needs to read code repositories
 * @param stageAttempts how often a stage is tried when the platform lost it
 */
@Validated
@ConfigurationProperties("archway.planner")
record PlannerProperties(Path connectorsDirectory, Path secretsDirectory, @Min(1) @Max(10) int stageAttempts) {}
