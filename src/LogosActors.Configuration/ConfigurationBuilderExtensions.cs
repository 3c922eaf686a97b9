using LogosActors.Configuration.Hocon;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Configuration;

/// <summary>Adds HOCON documents and environment overrides to a configuration.</summary>
public static class ConfigurationBuilderExtensions
{
    /// <summary>Adds the settings of a HOCON file and of the files it includes.</summary>
    /// <param name="builder">The configuration; later sources override earlier ones.</param>
    /// <param name="path">The file. A relative path is relative to the working directory; includes are relative to the including file.</param>
    /// <param name="optional">Whether the file may be missing.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// A substitution sees this document and the environment, not other sources: include what it refers to.
    /// The file is read when the configuration is built.
    /// </remarks>
    /// <exception cref="HoconException">When the configuration is built: the file is missing or is not HOCON.</exception>
    public static IConfigurationBuilder AddHoconFile(this IConfigurationBuilder builder, string path, bool optional = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return builder.Add(new HoconConfigurationSource(() => optional && !File.Exists(path) ? null : HoconDocument.OfFile(path), path));
    }

    /// <summary>Adds the settings of a HOCON text.</summary>
    /// <param name="builder">The configuration; later sources override earlier ones.</param>
    /// <param name="text">The document. It can include files by absolute path only.</param>
    /// <param name="name">What errors and origins call the text.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="HoconException">When the configuration is built: the text is not HOCON.</exception>
    public static IConfigurationBuilder AddHocon(this IConfigurationBuilder builder, string text, string name = "text")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(text);
        return builder.Add(new HoconConfigurationSource(() => HoconDocument.OfText(text, name), name));
    }

    /// <summary>Adds overrides from environment variables: <c>LOGOS_ACTORS__SHUTDOWN_TIMEOUT=5s</c> sets <c>actors:shutdown-timeout</c>.</summary>
    /// <param name="builder">The configuration; later sources override earlier ones.</param>
    /// <param name="prefix">What the names of the variables begin with, in this case.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// After the prefix a double underscore separates levels and a single one stands for a dash; letters become lower case.
    /// A value that begins with <c>[</c> or <c>{</c> is read as a HOCON array or object: <c>LOGOS_PEERS='[a, b]'</c>.
    /// </remarks>
    /// <exception cref="HoconException">When the configuration is built: a value that begins with a bracket is not HOCON.</exception>
    public static IConfigurationBuilder AddLogosEnvironment(this IConfigurationBuilder builder, string prefix = "LOGOS_")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return builder.Add(new EnvironmentOverrideSource(prefix, Environment.GetEnvironmentVariables));
    }
}
