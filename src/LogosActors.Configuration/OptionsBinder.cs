using LogosActors.Configuration.Binding;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Configuration;

/// <summary>Turns a section of a configuration into an immutable options record, strictly.</summary>
/// <remarks>
/// <para>A property <c>ShutdownTimeout</c> is the key <c>shutdown-timeout</c>. A key that no property has, a value of the wrong type
/// or out of range, and a broken rule of <see cref="IValidatedOptions"/> are all reported, together, with name and place.</para>
/// <para>Properties may be strings, booleans, numbers, enums (kebab-case), <see cref="TimeSpan"/>, <see cref="DataSize"/>, absolute
/// <see cref="Uri"/>s, types that implement <see cref="IParsable{T}"/>, records of these, lists (<c>T[]</c>, <c>IReadOnlyList</c>)
/// and <c>IReadOnlyDictionary</c> by string. Groups of several sources merge; a list replaces the list of an earlier source.</para>
/// </remarks>
public static class OptionsBinder
{
    /// <summary>Reads an options record.</summary>
    /// <typeparam name="T">A record with init properties and a constructor without parameters.</typeparam>
    /// <param name="configuration">The whole configuration: places are known to its providers.</param>
    /// <param name="section">The key of the group, levels separated by <c>:</c>; empty for the whole.</param>
    /// <param name="defaults">The values of settings that are not configured; without it those of a new <typeparamref name="T"/>.</param>
    /// <returns>A new record.</returns>
    /// <exception cref="OptionsException">The section holds something that is not accepted.</exception>
    public static T Bind<T>(IConfigurationRoot configuration, string section, T? defaults = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(section);
        if (SettingShape.Of(typeof(T)) is not SettingShape.Group shape)
            throw new InvalidOperationException($"{typeof(T)} is not a record of settings.");

        var problems = new List<OptionsProblem>();
        var options = new OptionsReader(new SettingTree([.. configuration.Providers]), problems).ReadGroup(shape, section, defaults);
        return problems.Count == 0 ? (T)options : throw new OptionsException(problems);
    }

    /// <summary>Reads an options record from a section that somebody else has chosen.</summary>
    /// <typeparam name="T">A record with init properties and a constructor without parameters.</typeparam>
    /// <param name="section">The section; where its values were written is not known, so that errors name the section only.</param>
    /// <param name="defaults">The values of settings that are not configured; without it those of a new <typeparamref name="T"/>.</param>
    /// <returns>A new record.</returns>
    /// <exception cref="OptionsException">The section holds something that is not accepted.</exception>
    public static T Bind<T>(IConfigurationSection section, T? defaults = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(section);
        return Bind(new ConfigurationBuilder().Add(new SectionSource(section)).Build(), section.Path, defaults);
    }
}
