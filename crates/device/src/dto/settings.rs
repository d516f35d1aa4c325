//! How the screens look and speak; kept on the device only.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A language of the screens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum Language {
    /// Chinese, the source language.
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
}

/// A set of colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Indoors and shade.
    #[default]
    Light,
    /// At night.
    Dark,
    /// Black on white with thick lines, for noon outdoors.
    Sunlight,
}

/// The size of all text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TextSize {
    /// 标准, factor 1.0.
    #[default]
    Standard,
    /// 大, factor 1.2.
    Large,
    /// 特大, factor 1.5.
    ExtraLarge,
}

/// The hand that holds the device: what is tapped most lies on its side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    /// Most people's.
    #[default]
    Right,
    /// Mirrors what lies beside a main button.
    Left,
}

/// Choices of the people who use this device. What a file of an older program does not say is as usual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct SettingsDto {
    /// The language.
    pub language: Language,
    /// The colours.
    pub theme: Theme,
    /// The text size.
    pub text_size: TextSize,
    /// Larger targets for gloves and older hands.
    pub large_targets: bool,
    /// The hand that holds the device.
    pub hand: Hand,
}
