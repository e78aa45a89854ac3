/**
 * Stages as pods of Kubernetes clusters, one pod a stage, whose steps wait at gates and outlive the
 * executor. See DESIGN.md in this folder.
 */
@NullMarked
package dev.archway.executor.runtime.kubernetes;

import org.jspecify.annotations.NullMarked;
