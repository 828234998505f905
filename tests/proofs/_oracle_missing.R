# Reads data sets with missing values from a folder, fits each with lavaan, psych and nlme, writes one line of figures each.
suppressMessages({library(lavaan); library(psych); library(nlme)})
folder <- commandArgs(TRUE)[1]
dyads <- read.csv(file.path(folder, "dyads.csv"))
items <- read.csv(file.path(folder, "items.csv"))
out <- file(file.path(folder, "found.csv"), "w")
say <- function(set, name, value)
  writeLines(sprintf("%s,%s,%.15g", set, name, value), out)
fiml <- function(model, data) suppressWarnings(
  lavaan(model, data = data, missing = "fiml", fixed.x = FALSE, meanstructure = TRUE,
         control = list(rel.tol = 1e-13), optim.force.converged = TRUE))
labelled <- function(fit, set, names, prefix = "") {
  found <- parameterEstimates(fit)
  for (name in names) {
    row <- found[found$label == name, ][1, ]
    say(set, paste0(prefix, name), row$est)
    say(set, paste0(prefix, "se_", name), row$se)
  }
}
free_x <- "x_a ~~ x_a\nx_b ~~ x_b\nx_a ~~ x_b\nx_a ~ 1\nx_b ~ 1\n"
like_x <- "x_a ~~ v*x_a\nx_b ~~ v*x_b\nx_a ~~ x_b\nx_a ~ m*1\nx_b ~ m*1\n"
roles_y <- "y_a ~ a1*x_a + p1*x_b\ny_b ~ p2*x_a + a2*x_b\ny_a ~ i1*1\ny_b ~ i2*1\ny_a ~~ y_a\ny_b ~~ y_b\ny_a ~~ y_b\n"
like_y <- "y_a ~ a*x_a + p*x_b\ny_b ~ p*x_a + a*x_b\ny_a ~ i*1\ny_b ~ i*1\ny_a ~~ e*y_a\ny_b ~~ e*y_b\ny_a ~~ y_b\n"
z <- "z ~~ z\nz ~ 1\n"
free_z <- paste0(z, "z ~~ x_a\nz ~~ x_b\n")
like_z <- paste0(z, "z ~~ c*x_a\nz ~~ c*x_b\n")
like_m <- "m_a ~ aa*x_a + ap*x_b\nm_b ~ ap*x_a + aa*x_b\nm_a ~ im*1\nm_b ~ im*1\nm_a ~~ em*m_a\nm_b ~~ em*m_b\nm_a ~~ m_b\n"
through <- "y_a ~ ba*m_a + bp*m_b + da*x_a + dp*x_b\ny_b ~ bp*m_a + ba*m_b + dp*x_a + da*x_b\ny_a ~ iy*1\ny_b ~ iy*1\ny_a ~~ ey*y_a\ny_b ~~ ey*y_b\ny_a ~~ y_b\n"
indirect <- "aa_ba := aa*ba\nap_bp := ap*bp\naa_bp := aa*bp\nap_ba := ap*ba\n"

for (set in unique(dyads$set)) {
  wide <- dyads[dyads$set == set, -1]
  roles <- fiml(paste0(free_x, roles_y), wide)
  labelled(roles, set, c("i1", "a1", "p1", "i2", "a2", "p2"))
  say(set, "loglik", as.numeric(logLik(roles)))
  say(set, "bic", BIC(roles))
  like <- fiml(paste0(like_x, like_y), wide)
  labelled(like, set, c("i", "a", "p"))
  say(set, "omnibus", 2 * (as.numeric(logLik(roles)) - as.numeric(logLik(like))))
  conditional <- fiml(paste0(free_x, like_y), wide)
  say(set, "conditional", 2 * (as.numeric(logLik(roles)) - as.numeric(logLik(conditional))))
  with_z <- function(y) gsub("(y_. ~ [^1\n]*x_b)", "\\1 + Z*z", y)
  labelled(fiml(paste0(like_x, like_z, with_z(like_y)), wide), set, c("i", "a", "p", "Z"), "z_")
  labelled(fiml(paste0(like_x, like_m, through, indirect), wide), set, c("aa_ba", "ap_bp", "aa_bp", "ap_ba"))
  # What is moderated: products of complete x and z; one partner's y may be missing.
  n <- nrow(wide)
  long <- data.frame(couple = rep(1:n, 2), x = c(wide$full_a, wide$full_b), xp = c(wide$full_b, wide$full_a),
                     y = c(wide$y_a, wide$y_b), z = rep(wide$z, 2))
  long$x_c <- long$x - mean(long$x)
  long$xp_c <- long$xp - mean(long$x)
  long$z_c <- long$z - mean(wide$z)
  long$xz <- long$x_c * long$z_c
  long$xpz <- long$xp_c * long$z_c
  long <- long[order(long$couple), ]
  moderated <- gls(y ~ x_c + xp_c + xz + xpz + z_c, correlation = corCompSymm(form = ~ 1 | couple), data = long,
                   method = "ML", na.action = na.omit,
                   control = glsControl(tolerance = 1e-12, msTol = 1e-14, opt = "optim", maxIter = 500, msMaxIter = 500))
  for (name in c("xz", "xpz", "z_c")) say(set, paste0("moderated_", name), coef(moderated)[[name]])
}

# NA where an item is left without error variance, or the search finds no start.
omega <- function(r) tryCatch({
  found <- factanal(covmat = r, factors = 1, n.obs = 100, control = list(opt = list(factr = 1e3, pgtol = 0)))
  l <- found$loadings[, 1]
  if (min(found$uniquenesses) < 0.0051) NA else sum(l)^2 / (sum(l)^2 + sum(1 - l^2))
}, error = function(e) NA)
for (set in unique(items$set)) {
  these <- items[items$set == set, -1]
  these <- these[, colSums(!is.na(these)) > 0]
  k <- ncol(these)
  found <- suppressMessages(suppressWarnings(psych::alpha(these)))
  say(set, "alpha_pairwise", found$total$raw_alpha)
  say(set, "omega_pairwise", omega(cor(these, use = "pairwise")))
  names(these) <- paste0("i", 1:k)
  pairs <- combn(names(these), 2)
  variances <- paste0(names(these), " ~~ v", 1:k, "*", names(these), collapse = "\n")
  covariances <- paste0(pairs[1, ], " ~~ c", 1:ncol(pairs), "*", pairs[2, ], collapse = "\n")
  means <- paste0(names(these), " ~ 1", collapse = "\n")
  sums <- paste0("alpha := ", k, " / ", k - 1, " * (1 - (", paste0("v", 1:k, collapse = " + "), ") / (",
                 paste0("v", 1:k, collapse = " + "), " + 2 * (", paste0("c", 1:ncol(pairs), collapse = " + "), ")))")
  free <- fiml(paste(variances, covariances, means, sums, sep = "\n"), these)
  labelled(free, set, "alpha", "fiml_")
  say(set, "fiml_omega", omega(cov2cor(unclass(fitted(free)$cov))))
}
close(out)
