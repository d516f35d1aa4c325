package org.linli.handheld

import android.app.Activity
import android.content.Intent
import android.graphics.Color
import android.os.Bundle
import android.util.TypedValue
import android.webkit.WebSettings
import android.widget.Button
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.TextView
import androidx.core.view.ViewCompat
import org.json.JSONObject

/**
 * Opens first. A web view that is too old shows the screens as an empty page, so the notice is drawn here,
 * with plain views. Words and decision come from `app-mobile/src/notice/android.rs`.
 */
class DoorActivity : Activity() {
  companion object {
    init {
      System.loadLibrary("linli_app_mobile")
    }
  }

  /** The notice as JSON, or null when the web view will do. */
  private external fun notice(data: String, said: String?): String?

  override fun onCreate(savedInstanceState: Bundle?) {
    super.onCreate(savedInstanceState)
    ask()
  }

  private fun ask() {
    // Without a web view, or with a broken one, this throws what nobody documents.
    val said = try {
      WebSettings.getDefaultUserAgent(this)
    } catch (ignored: Throwable) {
      null
    }
    val page = notice(dataDir.absolutePath, said)
    if (page == null) {
      startActivity(Intent(this, MainActivity::class.java))
      finish()
    } else {
      draw(JSONObject(page))
    }
  }

  private fun draw(page: JSONObject) {
    val column = LinearLayout(this).apply {
      orientation = LinearLayout.VERTICAL
      setPadding(dp(20), dp(20), dp(20), dp(20))
    }
    val title = line(page.getString("title"), 22f)
    ViewCompat.setAccessibilityHeading(title, true)
    column.addView(title)
    val lines = page.getJSONArray("lines")
    for (index in 0 until lines.length()) {
      column.addView(line(lines.getString(index), 18f))
    }
    column.addView(Button(this).apply {
      text = page.getString("retry")
      minHeight = dp(64)
      setTextSize(TypedValue.COMPLEX_UNIT_SP, 18f)
      setOnClickListener { ask() }
    })
    setContentView(ScrollView(this).apply {
      fitsSystemWindows = true
      setBackgroundColor(Color.WHITE)
      addView(column)
    })
  }

  private fun line(words: String, size: Float) = TextView(this).apply {
    text = words
    setTextColor(Color.BLACK)
    setTextSize(TypedValue.COMPLEX_UNIT_SP, size)
    setPadding(0, 0, 0, dp(18))
  }

  private fun dp(value: Int) = (value * resources.displayMetrics.density).toInt()
}
